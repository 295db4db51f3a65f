/** What the screen says while there is no table: what is going on, what was found, what to do next. */
import { settingsText } from "./coverage-settings.ts";
import { foundLines, KEEP } from "./found.ts";
import type { ScreenContent } from "./screen-content.ts";

export function firstLines(content: ScreenContent): readonly string[] {
  const { server, found, cycle } = content;
  return [
    ...now(content),
    ...(server.coverage === null ? [] : [settingsText(server.coverage)]),
    ...(found === null ? [] : ["", "Found here, without a configuration:", ...foundLines(found)]),
    "",
    ...next(content, cycle.running),
  ];
}

function now({ server, cycle, error, gone }: ScreenContent): readonly string[] {
  if (cycle.running && server.name !== null)
    return [
      "The first table comes with this cycle: the workers restart, the tests run, the workers save.",
      "It takes as long as your tests, and a second or two the first time. Later cycles are shorter.",
    ];
  if (error !== null || gone !== null) return ["No report yet. What is in the way stands above."];
  if (server.state === "looking")
    return [
      "No report yet: gunicov looks for the server, for at most server.start_timeout (60 s by default).",
    ];
  return ["No report yet: a runs all tests."];
}

function next({ found, error, gone }: ScreenContent, running: boolean): readonly string[] {
  const stuck = error !== null || gone !== null;
  return [
    ...(stuck ? ["gunicov doctor looks at each part of the set-up, and says what to do."] : []),
    ...(running ? ["Then edit a file: each save is a cycle."] : ["Edit a file: each save is a cycle."]),
    "? shows all keys.",
    ...(found === null ? [] : [KEEP]),
  ];
}
