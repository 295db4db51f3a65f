/** GitLab's Code Quality report, which it shows beside the changes of a merge request. */
import type { Finding } from "./findings.ts";

const SEVERITY = { error: "major", warning: "minor" } as const;

/** JSON. GitLab refuses an entry without a file: what has none is said of the file `otherwise`. */
export function codequality(findings: readonly Finding[], otherwise: string): string {
  const entries = findings.map(({ severity, check, title, message, place }) => {
    const { path, from, to } = place ?? { path: otherwise, from: 1, to: 1 };
    return {
      description: `${title}: ${message}`,
      check_name: check,
      // The same finding has the same one in the next report, wherever its line is by then.
      fingerprint: [check, path, check === "changed-line-not-run" ? `${from}-${to}` : title].join("|"),
      severity: SEVERITY[severity],
      location: { path, lines: { begin: from, end: to } },
    };
  });
  return `${JSON.stringify(entries, null, 2)}\n`;
}
