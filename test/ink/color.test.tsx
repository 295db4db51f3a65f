import { afterEach, expect, it, vi } from "vitest";

// Ink's colours look at the environment when they are first loaded.
vi.hoisted(() => {
  vi.stubEnv("FORCE_COLOR", "1");
});

import { FakeEngine } from "./fake-engine.ts";
import { BACK, cycle, FAILED, finished, STARTED } from "./sample.ts";
import { ENTER, Terminal } from "./terminal.ts";

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

it("with NO_COLOR no page has any, and grades are shown by glyphs", async () => {
  const frames = await pages(false);
  for (const frame of frames) expect(frame).not.toMatch(COLOR);
  expect(frames[0]).toMatch(/✗ +73\.1/);
  expect(frames[0]).toMatch(/✓ +98\.3/);
});
