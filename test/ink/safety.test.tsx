import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { FactBody, Outcome } from "../../src/core/fact.ts";
import { ok } from "../../src/core/result.ts";
import { displayWidth } from "../../src/screen/width.ts";
import { FakeEngine } from "./fake-engine.ts";
import { BACK, cycle, file, finished, ready, report, STARTED, test } from "./sample.ts";
import { ENTER, ESC, Terminal } from "./terminal.ts";

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

/** Moves the cursor, clears the screen, sets the title, writes the clipboard, rings, goes back, turns text around. */
const EVIL = "\x1b[2J\x1b[H\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x1b\\\x9b31m\x07\b\r\u202eEVIL";

it("nothing from outside brings a control character to the terminal, on any page", async () => {
  const engine = new FakeEngine();
  engine.sources = () => ok(`import os\n${EVIL}\n`);
  const terminal = new Terminal(engine, { columns: 160, rows: 50 });
  open.push(terminal);
  const check = () => {
    expect(terminal.frame.replaceAll("\n", "")).not.toMatch(/[\p{Control}\u202e]/u);
    expect(terminal.frame).not.toContain("owned");
    expect(terminal.frame).not.toContain("b3duZWQ");
  };
  const failed = {
    id: `t::${EVIL}`,
    outcome: "failed" as const,
    message: `assert ${EVIL}`,
    place: `x${EVIL}.py:1`,
  };
  await terminal.emit({ ...BACK, name: EVIL, warnings: [EVIL] } as FactBody);
  check();
  await terminal.emit(...cycle(report([file(`a${EVIL}.py`, 9, [1])], { complete: false, reasons: [EVIL] })));
  await terminal.emit({ ...STARTED, files: [EVIL] } as FactBody, { type: "server.restarting", why: EVIL });
  await terminal.emit({ type: "server.waiting", worker: { age: 1, pid: 1 }, why: EVIL });
  check();
  await terminal.emit(test(failed.id, { ...failed, output: `E ${EVIL}\n${EVIL}` }));
  engine.log(`log ${EVIL}`, 1_000_005);
  check();
  for (const keys of [["2"], [ENTER], ["3"], [ENTER], ["4"], [ENTER], ["5"], ["1"], [ENTER]]) {
    await terminal.press(...keys);
    expect(terminal.frame, "it is shown, but tame").toMatch(keys[0] === "5" ? /median/ : /EVIL/);
    check();
  }
  const failure = { kind: "internal" as const, message: EVIL, fix: EVIL };
  await terminal.emit(
    { type: "error", ...failure, detail: EVIL },
    { type: "server.lost", message: EVIL, fix: EVIL },
  );
  check();
  await terminal.press("1");
  check();
  await terminal.emit({
    type: "check.failed",
    failures: [{ path: EVIL, line: 1, column: 2, message: EVIL, text: EVIL }],
  });
  check();
  engine.html = async () => ({ ok: false, failure });
  await terminal.press("o");
  check();
});

describe("the terminal's size", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.constantFrom("漢字".repeat(30), "👩‍👩‍👧".repeat(9), "x".repeat(400), "a\nb\nc", "\t\t|", ""),
  );
  const outcome = fc.constantFrom<Outcome>("passed", "failed", "error", "skipped");
  const fact = fc.oneof(
    text.map((why): FactBody => ({ ...STARTED, files: [why] }) as FactBody),
    fc
      .tuple(text, outcome, text, text)
      .map(([id, how, message, output]) => test(id, { outcome: how, message, output })),
    text.map(
      (message): FactBody => ({ type: "error", kind: "internal", message, fix: message, detail: message }),
    ),
    text.map((traceback): FactBody => ({ type: "server.boot-error", traceback, workers: 2 })),
    text.map((message): FactBody => ({ type: "warning", message })),
    text.map((message): FactBody => ({ type: "server.lost", message, fix: message })),
    fc.array(text, { maxLength: 9 }).map((paths): FactBody => {
      const unique = [...new Set(paths)];
      return { type: "report", ...report(unique.map((path, index) => file(path, 30, [index + 1, 9]))) };
    }),
    fc
      .tuple(fc.nat(99), fc.nat(99))
      .map(([written, expected]): FactBody => ({ type: "coverage.file", written, expected, pid: null })),
    text.map(
      (name): FactBody => ({ type: "server.back", name, master: 1, warnings: [name], coverage: null }),
    ),
    fc.constantFrom(ready(3, 64), finished(), finished({ outcome: "cancelled" }), ...cycle()),
  );
  const key = fc.constantFrom(..."jkgGnNsSfctp/123450?rahe ", "\t", ENTER, "\x1b[6~", ESC);
  const step = fc.oneof(
    { weight: 3, arbitrary: fact.map((body) => ({ fact: body })) },
    { weight: 3, arbitrary: key.map((pressed) => ({ key: pressed })) },
    { weight: 1, arbitrary: text.map((line) => ({ log: line })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.integer({ min: 1, max: 170 }), fc.integer({ min: 1, max: 60 }))
        .map((size) => ({ size })),
    },
  );

  it("is never exceeded, whatever comes, whatever is pressed, however it is resized", {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const engine = new FakeEngine();
        engine.sources = (path) => ok(`${path}\n`.repeat(40));
        const terminal = new Terminal(engine);
        let [columns, rows] = [80, 24];
        try {
          for (const next of steps) {
            if ("fact" in next) await terminal.emit(next.fact);
            else if ("key" in next) await terminal.press(next.key);
            else if ("log" in next) engine.log(next.log);
            else {
              [columns, rows] = next.size;
              await terminal.resize(columns, rows);
            }
            expect(terminal.lines.length).toBeLessThanOrEqual(rows);
            for (const line of terminal.lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
          }
        } finally {
          terminal.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});
