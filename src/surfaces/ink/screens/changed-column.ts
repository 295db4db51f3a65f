/** The column of changed lines: how many of a file's were run, of how many that can be measured. */
import type { Diff } from "../../../core/changed-lines.ts";
import { type Span, span } from "../../../screen/span.ts";
import type { FileRow } from "../../../screen/table.ts";
import type { Column } from "../parts/table.tsx";

const WIDTH = 9;
/** No number stands while they are judged. */
const PENDING: readonly Span[] = [span("…", "dim")];

/** `diff`: null while it is made. */
export function changedColumn(diff: Diff | null): Column<FileRow> {
  const byPath = new Map(diff?.files.map((file) => [file.path, file]));
  const cell = ({ path }: FileRow) => {
    const file = byPath.get(path);
    return diff === null || file === undefined ? PENDING : of(file.lines, file.missing.length, diff.complete);
  };
  return { id: "changed", title: "changed", align: "right", min: WIDTH, max: WIDTH, priority: 88, cell };
}

export function changedTotal(diff: Diff | null): readonly Span[] {
  return diff === null ? PENDING : of(diff.lines, diff.missing, diff.complete);
}

function of(lines: number, missing: number, complete: boolean): readonly Span[] {
  const text = `${lines - missing}/${lines}`;
  return complete ? [span(text, missing === 0 ? "good" : "missed")] : [span(`${text}?`, "warning")];
}
