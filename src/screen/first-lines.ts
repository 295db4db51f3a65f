/** What the screen says while there is no table: what is going on, what was found, what to do next. */
import { settingsText } from "../core/coverage-settings.ts";
import { type Found, foundLines, KEEP } from "../core/found.ts";
import type { ScreenContent } from "../core/screen-content.ts";
import { clean } from "../core/text.ts";
import { displayWidth, wrapWords } from "./width.ts";

/** At most `width` columns each. */
export function firstLines(content: ScreenContent, width: number): readonly string[] {
  const { server, found } = content;
  const lines = [
    ...now(content),
    ...(server.coverage === null ? [] : [settingsText(server.coverage)]),
    "",
  ].flatMap((line) => wrapWords(clean(line), width));
  const ends = next(content).flatMap((line) => wrapWords(clean(line), width));
  return [...lines, ...(found === null ? [] : [...foundPart(found, width), ""]), ...ends];
}

/** The reasons go under what they are for where a line has no room for both. */
function foundPart(found: Found, width: number): readonly string[] {
  const indent = " ".repeat(Math.max(0, ...found.findings.map(({ key }) => key.length)) + 2);
  const lines = foundLines(found).map((line) => clean(line));
  return [
    "Found here, without a configuration:",
    ...lines.flatMap((line) => {
      if (displayWidth(line) <= width) return [line];
      const [first = "", ...more] = wrapWords(line, width - indent.length);
      return [first, ...more.map((part) => `${indent}${part}`)];
    }),
  ];
}

function now({ server, cycle, error, gone }: ScreenContent): readonly string[] {
  if (cycle.running && server.name !== null)
    return [
      "The first table comes with this cycle: restart, tests, coverage data.",
      "It takes as long as your tests, and a second or two the first time.",
    ];
  if (error !== null || gone !== null) return ["No report yet. What is in the way stands above."];
  if (server.state !== "looking") return ["No report yet: a runs all tests."];
  return [
    "No report yet: gunicov looks for the server.",
    "It may take as long as server.start_timeout says (60 s by default).",
  ];
}

function next({ found, error, gone, cycle }: ScreenContent): readonly string[] {
  const stuck = error !== null || gone !== null;
  return [
    ...(stuck ? ["gunicov doctor looks at the whole set-up, and says what to do."] : []),
    `${cycle.running ? "Then edit" : "Edit"} a file: each save is a cycle. ? shows all keys.`,
    ...(found === null ? [] : [KEEP]),
  ];
}
