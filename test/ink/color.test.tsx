import { afterEach, expect, it, vi } from "vitest";

// Ink's colours look at the environment when they are first loaded.
vi.hoisted(() => {
  vi.stubEnv("FORCE_COLOR", "1");
});

import { FakeEngine } from "./fake-engine.ts";
import { BACK, cycle, FAILED, finished, STARTED } from "./sample.ts";
import { ENTER, Terminal } from "./terminal.ts";
import { CASES } from "./verdicts.ts";

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

/** Codes that set a colour: of text or background, of 8, 16, 256 or all. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for control sequences.
const COLOR = /\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]/;

async function pages(color: boolean): Promise<readonly string[]> {
  const engine = new FakeEngine();
  const terminal = new Terminal(engine, { color });
  open.push(terminal);
  await terminal.emit(BACK, ...cycle(), STARTED, FAILED, {
    type: "coverage.file",
    written: 1,
    expected: 2,
    pid: 1,
  });
  await terminal.emit(
    { type: "error", kind: "internal", message: "m", fix: "f" },
    finished({ outcome: "error" }),
  );
  const frames = [terminal.frame];
  for (const key of ["2", "3", "4", "5", "?", "1", ENTER, "/"]) {
    await terminal.press(key);
    frames.push(terminal.frame);
  }
  return frames;
}

it("colours are used where they are wanted", async () => {
  for (const frame of await pages(true)) expect(frame).toMatch(COLOR);
});

it("with NO_COLOR no page has any, and grades are shown by levels", async () => {
  const frames = await pages(false);
  for (const frame of frames) expect(frame).not.toMatch(COLOR);
  expect(frames[0]).toMatch(/▆ +73\.1/);
  expect(frames[0]).toMatch(/▇ +98\.3/);
});

function start(): Terminal {
  const terminal = new Terminal(new FakeEngine(), { columns: 120, color: true });
  open.push(terminal);
  return terminal;
}

it("the verdict has a background of its own: red for what has failed, and for nothing else", async () => {
  for (const [word, facts] of CASES) {
    const terminal = start();
    await terminal.emit(BACK, ...facts);
    const isBad = /FAIL|BROKEN/.test(word);
    expect(terminal.lines[0]?.includes("\x1b[41m"), word).toBe(isBad);
    expect(terminal.lines[0]?.includes("\x1b[42m"), word).toBe(word === "PASS");
  }
});

it("a file is never marked as a test that has failed, nor red", async () => {
  const terminal = start();
  await terminal.emit(BACK, ...cycle());
  const rows = terminal.lines.filter((line) => line.includes(".py"));
  expect(rows).toHaveLength(5);
  expect(rows.join("")).not.toContain("\x1b[31m");
  expect(rows.join("")).toContain("\x1b[33m");
  for (const row of rows) expect(row).not.toMatch(/[✗✓○]/);
});
