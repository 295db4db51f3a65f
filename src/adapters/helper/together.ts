/** Other measurements on their way to the helper, and what comes back. */
import { deflateSync } from "node:zlib";
import type * as v from "valibot";
import type { Together } from "../../core/combined.ts";
import { failure } from "../../core/failure.ts";
import type { FileReport } from "../../core/report.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { OtherData } from "../../ports/also.ts";
import type { Combine } from "./schema.ts";

/** All data in a request, compressed and in base64: a line has 16 MiB. */
const MOST = 15 * 1024 * 1024;

interface Sent {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly data: string; readonly mtime: number }[];
  readonly sources: OtherData["sources"];
}

export function othersOf(others: readonly OtherData[]): Result<readonly Sent[]> {
  // What has written nothing is no data.
  const written = others.filter(({ files }) => files.length > 0);
  const sent = written.map(({ name, files, sources }) => ({
    name,
    sources,
    files: files.map(({ path, bytes, mtime }) => ({
      path,
      data: deflateSync(bytes).toString("base64"),
      mtime,
    })),
  }));
  const data = sent.flatMap(({ files }) => files).reduce((sum, { data }) => sum + data.length, 0);
  const size = data + JSON.stringify(sent.map(({ sources }) => sources)).length;
  if (size <= MOST) return ok(sent);
  const fix = "Combine it before (coverage combine), and without contexts.";
  return fail(failure("config", `The data of [[tool.gunicov.also]] is larger than ${MOST} bytes.`, fix));
}

/** With paths as people read them. */
export function togetherOf(
  { others, refused, all, below }: v.InferOutput<typeof Combine>,
  shown: (inside: string) => string,
): Together {
  const rows = (files: readonly Omit<FileReport, "inside" | "sha256">[]): readonly FileReport[] =>
    files.map((row) => ({ ...row, path: shown(row.path), inside: row.path, sha256: null }));
  return {
    others: others.map(({ name, report, stale, gone }) => ({
      name,
      totals: report.totals,
      files: rows(report.files),
      stale: stale.map(shown),
      gone: gone.map(shown),
    })),
    refused,
    totals: all.totals,
    files: rows(all.files),
    below,
  };
}
