/** Whether the reports that are asked for can be written: found out before a cycle, not after it. */
import { access, constants, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Failure, failure } from "../../core/failure.ts";
import { isCoverageKind, type WantedReport } from "../../core/report-kind.ts";
import { makeDirectory, whyNotMade } from "../../directories.ts";

/**
 * Makes the directories that are missing. Gives why a report can't be written, or null. `clear`: what an earlier run
 * has left goes, so that nobody takes it for this one's.
 */
export async function preparePlaces(
  reports: readonly WantedReport[],
  clear: boolean,
): Promise<Failure | null> {
  for (const report of reports) {
    const why = await refusal(report);
    if (why !== null) {
      const fix = "Name a place that can be written, or mend its permissions.";
      return failure("config", `--report ${report.kind}=${report.path}: ${why}.`, fix);
    }
  }
  if (clear) for (const report of reports) await rm(mainFile(report), { force: true });
  return null;
}

/** What says that the report is there. */
function mainFile({ kind, path }: WantedReport): string {
  return kind === "html" ? join(path, "index.html") : path;
}

async function refusal({ kind, path }: WantedReport): Promise<string | null> {
  const directory = kind === "html" ? path : dirname(path);
  try {
    await makeDirectory(directory);
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    return whyNotMade(error, directory);
  }
  if (kind === "html") return null;
  const there = await stat(path).catch(() => null);
  if (there === null || there.isFile()) return null;
  const what = there.isDirectory() ? "it is a directory" : "it is no plain file";
  return `${what}: ${isCoverageKind(kind) ? "coverage.py's" : "the"} ${kind} report is one file`;
}
