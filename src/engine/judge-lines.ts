/** Changed lines, judged by a report of the very text that they are in. */
import { type Diff, judgeChanges } from "../core/changed-lines.ts";
import type { Report } from "../core/report.ts";
import { ok, type Result } from "../core/result.ts";
import type { Ports } from "./ports.ts";

export async function judgeLines(
  report: Report,
  base: string,
  failUnder: number | null,
  { changes, files, paths }: Pick<Ports, "changes" | "files" | "paths">,
): Promise<Result<Diff>> {
  const found = await changes.since(base);
  if (!found.ok) return found;
  const measured = new Map(report.files.map(({ path, sha256 }) => [path, sha256]));
  const other: string[] = [];
  for (const { path } of found.value.files) {
    const sha256 = measured.get(path) ?? null;
    const now = sha256 === null ? null : await files.hash(paths.resolve(path));
    if (now !== null && now !== sha256) other.push(path);
  }
  return ok(judgeChanges(found.value, report, failUnder, other));
}
