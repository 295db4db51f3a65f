/** Row 8: whose a change is, while the server restarts and the tests run. */
import { describe, expect, test } from "vitest";
import {
  beginRun,
  booted,
  endRun,
  type Judged,
  judge,
  NOTHING_WRITTEN,
  patience,
} from "../../src/core/written.ts";

const LOG = "/project/web/server.log";
const APP = "/project/web/app.py";

/** Runs of 10 s, 10 s apart. A run in which a change starts over is cut short. */
class Story {
  written = NOTHING_WRITTEN;
  now = 100_000;
  /** What each change was worth, in order, with what was warned of behind it. */
  readonly told: string[] = [];

  run(...changes: readonly (readonly string[])[]): this {
    this.now += 10_000;
    this.written = beginRun(this.written);
    const worth = changes.map((files) => this.change(...files).worth);
    this.now += 10_000;
    this.written = endRun(this.written, this.now, !worth.includes("start-over"));
    return this;
  }

  change(...files: readonly string[]): Judged {
    const judged = judge(this.written, files, this.now);
    this.written = judged.written;
    this.told.push([judged.worth, ...judged.warn].join(" "));
    return judged;
  }

  after(ms: number): this {
    this.now += ms;
    return this;
  }
}

describe("row 8: a file that the tests or the server write", () => {
  test("is set aside in its sixth run, and from then on does nothing in a run", () => {
    const story = new Story();
    for (let count = 0; count < 8; count += 1) story.run([LOG]);
    const aside = `nothing ${LOG}`;
    expect(story.told).toEqual([...Array(4).fill("start-over"), "another", aside, aside, aside]);
  });

  test("many times in one run is once, and is warned of once", () => {
    const story = new Story();
    for (let count = 0; count < 6; count += 1) story.run([LOG], [LOG], [LOG]);
    expect(story.told.slice(-3)).toEqual([`nothing ${LOG}`, "nothing", "nothing"]);
    expect(story.told.slice(0, 3)).toEqual(["start-over", "start-over", "start-over"]);
  });

  test("stays aside where the news come after the run's end, or from workers that boot after the flush", () => {
    const story = new Story();
    story.written = booted(story.written, 3_000);
    for (let count = 0; count < 6; count += 1) story.run([LOG]);
    story.after(3_900).change(LOG);
    story.run([LOG]);
    expect(story.told.slice(-2)).toEqual(["nothing", `nothing ${LOG}`]);
  });

  test("is found though news of it come late now and then", () => {
    const story = new Story();
    for (let count = 0; count < 5; count += 1) story.run([LOG]).after(100).change(LOG);
    story.run([LOG]);
    expect(story.told.at(-1)).toBe(`nothing ${LOG}`);
  });

  test("others with it are found at once: a run that was cut short never came to them", () => {
    const more = ["/project/web/a.db", "/project/web/b.db"];
    const story = new Story();
    for (let count = 0; count < 4; count += 1) story.run([LOG]);
    for (let count = 0; count < 3; count += 1) story.run([LOG], more);
    const last = story.told.slice(-2);
    expect(last).toEqual([`nothing ${LOG}`, `nothing ${more.join(" ")}`]);
    expect(story.told.filter((worth) => worth === "start-over")).toHaveLength(4);
  });

  test("under a new name each time is set aside by its directory", () => {
    const story = new Story();
    for (let count = 0; count < 7; count += 1) story.run([`/project/media/${count}.png`]);
    expect(story.told.at(-1)).toBe("nothing /project/media/");
    story.run(["/project/web/page.html"]);
    expect(story.told.at(-1)).toBe("start-over");
  });
});

describe("row 8: a save of the user's", () => {
  test("between two runs is a cycle, whatever was thought of the file", () => {
    const story = new Story();
    for (let count = 0; count < 6; count += 1) story.run([LOG]);
    story.after(2_000).change(LOG);
    story.run([LOG]);
    expect(story.told.slice(-2)).toEqual(["start-over", "start-over"]);
  });

  test("at once after each run, and be it a hundred times, is a cycle", () => {
    const story = new Story();
    for (let count = 0; count < 100; count += 1) story.run().after(20).change(APP);
    expect(new Set(story.told)).toEqual(new Set(["start-over"]));
  });

  test("in runs again and again starts over, as long as one comes between", () => {
    const story = new Story();
    for (let count = 0; count < 20; count += 1) {
      story.run([APP]);
      if (count % 2 === 1) story.after(1_500).change(APP);
    }
    expect(new Set(story.told)).toEqual(new Set(["start-over"]));
  });

  test("in five runs, and not in the one that follows, is forgotten", () => {
    const story = new Story();
    for (let count = 0; count < 5; count += 1) story.run([APP]);
    story.run().run([APP]);
    expect(story.told.slice(-3)).toEqual(["start-over", "another", "start-over"]);
  });

  test("beside a file that was set aside starts over", () => {
    const story = new Story();
    for (let count = 0; count < 6; count += 1) story.run([LOG]);
    const both = story.change(LOG, APP);
    expect(both).toMatchObject({ worth: "start-over", counted: [APP] });
  });

  test("of ever other Python files is never held against their directory", () => {
    const story = new Story();
    for (let count = 0; count < 9; count += 1) story.run([`/project/web/m${count}.py`]);
    expect(new Set(story.told)).toEqual(new Set(["start-over"]));
  });
});

test("row 8: before a run is let go, a person is given time to save once more", () => {
  const story = new Story().run([LOG]).run([LOG]).run([LOG]);
  expect(patience(story.written, story.now)).toBe(0);
  story.run([LOG]);
  expect(patience(story.written, story.now)).toBe(2_000);
  story.after(1_500).change(APP);
  expect(patience(story.written, story.now)).toBe(0);
});

test("row 8: a save every 20 ms is never taken for a log", () => {
  const story = new Story();
  for (let run = 0; run < 50; run += 1) {
    story.run([APP]);
    // As the cycle does: it waits while the patience asks for it, and each save comes in that time.
    do story.after(20).change(APP);
    while (patience(story.written, story.now) > 0);
  }
  expect(new Set(story.told)).toEqual(new Set(["start-over"]));
});
