/** Where the settings come from: a file, or what was found in the project. */
import type { Found } from "../core/found.ts";
import { type Finding, right } from "./finding.ts";

/** `about`: what is said of the file. `found`: what stands in for one; null: nothing was sought. */
export function configurationLine(about: string, found: Found | null): Finding {
  const keys = found?.findings.filter(({ key }) => key.includes(".")) ?? [];
  const text = keys.map(({ key, value, why }) => `${key} ${value} (${why})`).join("; ");
  const file = about.replace(/^configuration: /, "");
  return right("configuration", text === "" ? file : `${file}; found: ${text}`);
}
