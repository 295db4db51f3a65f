/** Every worker of a cycle is in its report, and no other one: each runs a line of its own. */
import { expect, test } from "vitest";
import { APP, agesIn, agesOf, ownLines } from "../support/own-lines.ts";
import { edit } from "../support/place.ts";

const CYCLES = 4;

const servers = [
  { name: "4 sync workers", args: ["-k", "sync", "-w", "4"], requests: 8, least: 4 },
  {
    name: "4 gthread workers",
    args: ["-k", "gthread", "-w", "4", "--threads", "4"],
    requests: 8,
    least: 4,
  },
  // Recycled: a worker ends after so many requests, and another one takes its place.
  {
    name: "sync workers that are recycled",
    args: ["-k", "sync", "-w", "2", "--max-requests", "5"],
    requests: 30,
    least: 5,
  },
  {
    name: "gthread workers that are recycled",
    args: ["-k", "gthread", "-w", "2", "--threads", "2", "--max-requests", "5"],
    requests: 30,
    least: 5,
  },
];

test.each(servers)("$name", async ({ args, requests, least }) => {
  const place = await ownLines(args, requests);
  try {
    const session = await place.watch();
    const seen = new Set<number>();
    for (let number = 1; number <= CYCLES; number += 1) {
      if (number > 1) await edit(place, APP, (text) => `${text}# ${number}\n`);
      const cycle = await session.next();
      expect(cycle.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
      const report = cycle.report();
      const [generation] = report.generations;
      expect(report).toMatchObject({ complete: true, requests });
      const ages = agesIn(report);
      expect(ages).toEqual(await agesOf(place, generation ?? 0));
      expect(ages.length).toBeGreaterThanOrEqual(least);
      expect(ages.filter((age) => seen.has(age))).toEqual([]);
      for (const age of ages) seen.add(age);
    }
    expect(await session.stop()).toBe(0);
  } finally {
    await place.close();
  }
});
