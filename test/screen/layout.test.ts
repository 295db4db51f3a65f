import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layout, splitFailures, splitTable, splitTimings } from "../../src/screen/layout.ts";
import { EMPTY_PANE, nextWhere, placeAt, settlePlace } from "../../src/screen/scroll.ts";

describe("layout", () => {
  it("never gives out more rows than there are, nor less than nothing", () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(40), fc.boolean(), (rows, problem, filters) => {
        const parts = Object.values(layout({ rows, problem, filters }));
        expect(parts.reduce<number>((sum, part) => sum + part, 0)).toBe(rows);
        expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("keeps a body where it can, and all parts from 9 rows on", () => {
    expect(layout({ rows: 5, problem: 9, filters: true })).toMatchObject({
      now: 1,
      body: 3,
      footer: 1,
      problem: 0,
    });
    expect(layout({ rows: 9, problem: 0, filters: false })).toEqual({
      header: 1,
      now: 1,
      last: 1,
      tabs: 1,
      filters: 0,
      problem: 0,
      body: 4,
      footer: 1,
    });
    expect(layout({ rows: 24, problem: 6, filters: false })).toMatchObject({ problem: 6, body: 13 });
    expect(layout({ rows: 12, problem: 20, filters: false })).toMatchObject({ problem: 3, body: 4 });
  });

  it("splits a page into exactly its rows", () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.nat(2), (body, items, totals) => {
        const table = splitTable(body, totals);
        expect(table.title + table.rows + table.total).toBe(body);
        const { list, preview } = splitFailures(body, items);
        expect(list + preview + (preview > 0 ? 1 : 0)).toBe(body);
        const timings = splitTimings(body, items);
        expect(timings.table + timings.fastPaths + (timings.fastPaths > 0 ? 1 : 0)).toBe(body);
      }),
    );
  });

  it("shows the total before anything else of a table", () => {
    expect(splitTable(1, 2)).toEqual({ title: 0, rows: 0, total: 1 });
    expect(splitTable(3, 2)).toEqual({ title: 1, rows: 1, total: 1 });
    expect(splitTable(4, 2)).toEqual({ title: 1, rows: 1, total: 2 });
  });
});

describe("a place in a list", () => {
  const pane = fc.record({
    length: fc.nat(100),
    height: fc.nat(30),
    mode: fc.constantFrom("cursor" as const, "scroll" as const),
  });

  it("is always in the list, and its row always visible", () => {
    fc.assert(
      fc.property(pane, fc.nat(200), fc.nat(200), fc.nat(200), (shape, index, top, target) => {
        const list = { ...EMPTY_PANE, ...shape };
        const place = { key: null, index, top, left: 0 };
        for (const current of [place, placeAt(target, place, list)]) {
          const settled = settlePlace(current, list);
          expect(settled.index).toBeLessThan(Math.max(1, list.length));
          expect(settled.top).toBeGreaterThanOrEqual(0);
          if (list.mode === "cursor") {
            expect(settled.index).toBeGreaterThanOrEqual(settled.top);
            expect(settled.index).toBeLessThan(settled.top + Math.max(1, list.height));
          }
          expect(settled.top).toBeLessThanOrEqual(Math.max(0, list.length - Math.max(1, list.height)));
        }
      }),
    );
  });

  it("finds the next that fits, around the end, itself last", () => {
    const even = (index: number) => index % 2 === 0;
    expect(nextWhere(1, 1, 5, even)).toBe(2);
    expect(nextWhere(4, 1, 5, even)).toBe(0);
    expect(nextWhere(0, -1, 5, even)).toBe(4);
    expect(nextWhere(2, 1, 5, (index) => index === 2)).toBe(2);
    expect(nextWhere(2, 1, 5, () => false)).toBeNull();
    expect(nextWhere(0, 1, 0, () => true)).toBeNull();
  });
});
