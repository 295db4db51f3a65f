/** coverage.py's own configuration: which file it takes. gunicov adds nothing to it. */
import type { ProjectFiles } from "../ports/survey.ts";
import type { Finding } from "./discovery.ts";

const PLACES: readonly (readonly [string, RegExp])[] = [
  [".coveragerc", /./],
  ["setup.cfg", /^\[coverage:run\]/m],
  ["tox.ini", /^\[coverage:run\]/m],
  ["pyproject.toml", /^\[tool\.coverage\.run\]/m],
];

export function coverageFile(files: ProjectFiles): Finding {
  const found = PLACES.find(([path, pattern]) => pattern.test(files.text(path) ?? ""));
  if (found === undefined)
    return {
      key: "coverage",
      value: "no configuration",
      why: "lines only, of files that are imported",
    };
  const text = files.text(found[0]) ?? "";
  const branch = /^\s*branch\s*=\s*(true|1|on|yes)/im.test(text) ? "with branches" : "lines only";
  return { key: "coverage", value: found[0], why: branch };
}
