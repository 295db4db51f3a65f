/** Every mark of the screen: one meaning each, so that a legend can say it (help, docs/keys.md). */
export const GLYPHS = {
  passed: "✓",
  failed: "✗",
  leftOut: "-",
  ran: "│",
  notRun: "!",
  partly: "~",
  elsewhere: "+",
  changed: "▌",
  here: "▸",
  up: "●",
  resting: "○",
  paused: "‖",
  more: "▲",
  less: "▼",
} as const;

export type GlyphName = keyof typeof GLYPHS;

export const LEGEND: Readonly<Record<GlyphName, string>> = {
  passed: "passed, or proved",
  failed: "failed, or broken: nothing else is red",
  leftOut: "left out: a skipped test, an excluded line, a fast path that was not taken",
  ran: "a line that was run",
  notRun: "a line that was not run",
  partly: "a line with a branch that was not taken",
  elsewhere: "a line that only other tests have run ([[tool.gunicov.also]]: unit tests, say)",
  changed: "a line that differs from the base of d: HEAD, or --diff",
  here: "here: the row at the cursor, the step under way",
  up: "the server is up",
  resting: "at rest",
  paused: "paused: changes are held",
  more: "more is covered than before, in percent points",
  less: "less is covered than before",
};

const LEVELS = [..."▁▂▃▄▅▆▇█"];

/** A share of 0 to 1 as one column: full only for all of it, lowest only for less than an eighth. */
export function level(share: number): string {
  const most = LEVELS.length - 1;
  const index = share >= 1 ? most : Math.min(most - 1, Math.max(0, Math.floor(share * most)));
  return LEVELS[index] ?? "";
}
