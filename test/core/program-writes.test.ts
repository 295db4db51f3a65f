/** Whose a change is, while the server restarts and the tests run. */
import { describe, expect, test } from "vitest";
import {
  asideWarning,
  beginRun,
  besideRun,
  booted,
  endRun,
  type Judged,
  judge,
  knownAside,
  NO_PROGRAM_WRITES,
} from "../../src/core/program-writes.ts";

const DATA = "/project/web/state.dat";
const PAGE = "/project/web/page.html";
const APP = "/project/web/app.py";

/** Runs of 10 s, 10 s apart. A run in which a change starts over is cut short. */
class Story {
  written = NO_PROGRAM_WRITES;
  now = 100_000;
  /** What each change was worth, in order, with what was set aside behind it. */
  readonly verdicts: string[] = [];

  run(...changes: readonly (readonly string[])[]): this {
    this.now += 10_000;
    this.written = beginRun(this.written);
    const worth = changes.map((files) => this.change(files).worth);
    this.now += 10_000;
    this.written = endRun(this.written, this.now, !worth.includes("start-over"));
    return this;
  }

  /** What `include` names. */
  named: readonly string[] = [];

  change(files: readonly string[], byServer: readonly string[] = []): Judged {
    const judged = judge(this.written, files, byServer, this.now, this.named);
    this.written = judged.writes;
    this.verdicts.push([judged.worth, ...judged.aside].join(" "));
    return judged;
  }

  after(ms: number): this {
    this.now += ms;
    return this;
  }
}

describe("a file that the tests or the server write", () => {
  test("of a kind that nobody edits is set aside in its second run, and does nothing from then on", () => {
    const story = new Story();
    for (let count = 0; count < 3; count += 1) story.run([DATA], [DATA]);
    story.after(60_000).change([DATA]);
    expect(story.verdicts.slice(0, 4)).toEqual(["start-over", "start-over", `nothing ${DATA}`, "nothing"]);
    expect(new Set(story.verdicts.slice(4))).toEqual(new Set(["nothing"]));
  });

  test("what a command writes beside a run is set aside, code never", () => {
    const story = new Story();
    const beside = (file: string) => {
      story.run().after(5_000);
      story.written = besideRun(story.written, story.now, true);
      story.after(5_000).change([file]);
      story.written = besideRun(story.written, story.now, false);
    };
    for (let count = 0; count < 40; count += 1) beside(APP);
    expect(new Set(story.verdicts)).toEqual(new Set(["start-over"]));
    story.verdicts.length = 0;
    for (let count = 0; count < 3; count += 1) beside(DATA);
    expect(story.verdicts).toEqual(["start-over", `nothing ${DATA}`, "nothing"]);
  });

  test("of a kind that people edit is set aside in its sixth run", () => {
    const story = new Story();
    for (let count = 0; count < 7; count += 1) story.run([PAGE]);
    const expected = [
      "start-over",
      "start-over",
      "another",
      "another",
      "another",
      `nothing ${PAGE}`,
      "nothing",
    ];
    expect(story.verdicts).toEqual(expected);
  });

  test("and that the server is known to write does nothing at once, be it between two runs", () => {
    const story = new Story().after(60_000);
    story.change([PAGE, DATA], [PAGE, DATA]);
    story.change([PAGE]);
    expect(story.verdicts).toEqual([`nothing ${PAGE} /project/web/*.dat`, "nothing"]);
  });

  test("stays aside where an earlier session has found that out", () => {
    const story = new Story();
    story.written = knownAside(story.written, [PAGE, "/project/media/*.png"]);
    story.change([PAGE, "/project/media/7.png"]);
    story.change(["/project/media/7.css"]);
    expect(story.verdicts).toEqual(["nothing", "start-over"]);
  });

  test("is counted where the news come after the run's end, or from workers that boot after the flush", () => {
    const story = new Story();
    story.written = booted(story.written, 3_000);
    story.run().after(3_900).change([DATA]);
    story.run().after(3_900).change([DATA]);
    expect(story.verdicts).toEqual(["start-over", `nothing ${DATA}`]);
  });

  test("under a new name each time is set aside by its directory and ending", () => {
    const story = new Story();
    for (let count = 0; count < 3; count += 1) story.run([`/project/media/${count}.png`]);
    expect(story.verdicts).toEqual(["start-over", "nothing /project/media/*.png", "nothing"]);
    story.run(["/project/media/page.html"]);
    expect(story.verdicts.at(-1)).toBe("start-over");
  });
});

describe("a save of the user's", () => {
  test("at once after each run, and be it a hundred times, is a cycle", () => {
    const story = new Story();
    for (let count = 0; count < 100; count += 1) story.run().after(20).change([APP, PAGE]);
    expect(new Set(story.verdicts)).toEqual(new Set(["start-over"]));
  });

  test("of what `include` names is a cycle as one of code is, be it of a kind that nobody edits or set aside before", () => {
    const story = new Story();
    story.run([DATA], [DATA]).run([DATA]).run([DATA]);
    expect(story.verdicts.at(-1)).toBe("nothing");
    story.named = [DATA];
    for (let count = 0; count < 5; count += 1) story.run([DATA]).after(20).change([DATA]);
    expect(new Set(story.verdicts.slice(4))).toEqual(new Set(["start-over"]));
  });

  test("of a feature file, a table or a snapshot is what people edit: two in a row are two cycles", () => {
    for (const file of ["shop.feature", "login.robot", "rows.csv", "test_a.ambr"]) {
      const story = new Story();
      for (let count = 0; count < 4; count += 1)
        story
          .run()
          .after(20)
          .change([`/project/test/${file}`]);
      expect(new Set(story.verdicts)).toEqual(new Set(["start-over"]));
    }
  });

  test("in runs again and again starts over, as long as one comes between", () => {
    const story = new Story();
    for (let count = 0; count < 20; count += 1) {
      story.run([PAGE]);
      if (count % 2 === 1) story.after(1_500).change([PAGE]);
    }
    expect(new Set(story.verdicts)).toEqual(new Set(["start-over"]));
  });

  test("of code is never set aside, though each of twenty runs has one; from the sixth on the run goes on", () => {
    const story = new Story();
    for (let count = 0; count < 20; count += 1) story.run([APP]);
    expect(story.verdicts).toEqual([...Array(5).fill("start-over"), ...Array(15).fill("another")]);
  });

  test("in five runs, and not in the one that follows, is forgotten", () => {
    const story = new Story();
    for (let count = 0; count < 5; count += 1) story.run([PAGE]);
    story.run().run([PAGE]);
    expect(story.verdicts.slice(-2)).toEqual(["another", "start-over"]);
  });

  test("beside a file that was set aside starts over", () => {
    const story = new Story();
    for (let count = 0; count < 2; count += 1) story.run([DATA]);
    expect(story.change([DATA, APP])).toMatchObject({ worth: "start-over", counted: [APP] });
  });

  test("of hundreds of files, Python and others, in one run is no sign of anything", () => {
    const story = new Story();
    story.run(Array.from({ length: 500 }, (_, index) => `/project/web/m${index}.py`));
    story.run(Array.from({ length: 500 }, (_, index) => `/project/web/p${index}.html`));
    expect(story.verdicts).toEqual(["start-over", "start-over"]);
  });
});

test("what is said of it names the key that undoes it", () => {
  expect(asideWarning("web/state.dat")).toContain('include = ["web/state.dat"]');
});
