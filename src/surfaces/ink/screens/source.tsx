import { useMemo } from "react";
import type { FileReport } from "../../../core/report.ts";
import { isStale } from "../../../core/stale.ts";
import { clean } from "../../../core/text.ts";
import type { Snapshot } from "../../../engine/handle.ts";
import { type SourceMark, sourceMarks } from "../../../screen/beside.ts";
import { changedIn, hasChanged } from "../../../screen/changed.ts";
import { GLYPHS } from "../../../screen/glyphs.ts";
import type { Window } from "../../../screen/scroll.ts";
import type { ShownSource } from "../../../screen/source.ts";
import {
  dropSpans,
  fitSegments,
  type Segment,
  type Span,
  segment,
  span,
  type Tone,
} from "../../../screen/span.ts";
import { grade } from "../../../screen/table.ts";
import { Row } from "../parts/row.tsx";
import { Rows } from "../parts/rows.tsx";
import type { PageProps } from "./page.ts";

/** A file's source with line numbers; each line marked covered, missed, partial or excluded. */
export function SourcePage({ path, ...props }: PageProps & { readonly path: string }) {
  const { snapshot, screen, lists, window, source, height, width } = props;
  const file = source?.file ?? null;
  // They are of the last report, and of no other text.
  const ours = file !== null && snapshot.content.report?.value.files.includes(file);
  const elsewhere = (ours && lists.beside(snapshot.content)?.files.get(path)?.elsewhere) || NO_LINES;
  const marks = useMemo(
    () => (file === null ? new Map<number, SourceMark>() : sourceMarks(file, elsewhere)),
    [file, elsewhere],
  );
  const changed = ours ? changedIn(snapshot.content, path) : null;
  const lines = source?.lines ?? [];
  const message = source?.message ?? null;
  const digits = `${lines.length}`.length;
  const line = (index: number): readonly Span[] | null => {
    const text = lines[index];
    if (text !== undefined) {
      const mark = marks.get(index + 1) ?? "none";
      return sourceSpans(text, index, mark, hasChanged(changed, index + 1), window, digits);
    }
    return index === 0 && message !== null ? [span(`  ${clean(message)}`, "warning")] : null;
  };
  return (
    <>
      <Row spans={fitSegments(title(path, source, window.index + 1, snapshot), width)} width={width} />
      <Rows
        line={line}
        top={window.top}
        height={Math.max(0, height - 1)}
        width={width}
        search={screen.search}
      />
    </>
  );
}

const NO_LINES: readonly number[] = [];

const MARKS: Readonly<Record<SourceMark, { readonly glyph: string; readonly tone: Tone }>> = {
  covered: { glyph: GLYPHS.ran, tone: "good" },
  missed: { glyph: GLYPHS.notRun, tone: "missed" },
  partial: { glyph: GLYPHS.partly, tone: "fair" },
  elsewhere: { glyph: GLYPHS.elsewhere, tone: "accent" },
  excluded: { glyph: GLYPHS.leftOut, tone: "dim" },
  none: { glyph: " ", tone: "plain" },
};

function sourceSpans(
  text: string,
  index: number,
  mark: SourceMark,
  changed: boolean,
  { index: cursor, left }: Window,
  digits: number,
): readonly Span[] {
  const { glyph, tone } = MARKS[mark];
  const selected = index === cursor;
  const plain = mark === "covered" || mark === "none";
  return [
    selected ? span("▸", "accent") : span(" "),
    span(`${index + 1}`.padStart(digits), selected ? "accent" : "dim"),
    changed ? span(GLYPHS.changed, "accent") : span(" "),
    span(`${glyph} `, tone),
    ...dropSpans([span(text, plain ? (selected ? "strong" : "plain") : tone)], left),
  ];
}

/** The path; for the line at the cursor the branches that were not taken; what was found in all. */
function title(
  path: string,
  source: ShownSource | null,
  line: number,
  snapshot: Snapshot,
): readonly Segment[] {
  const name = segment(10, span(clean(path), "title"));
  if (source === null) return [name];
  const { file } = source;
  // It outranks the path: numbers and marks are of that text.
  const which = segment(11, span(whichText(source, snapshot), "warning"));
  if (file === null) return [name, which];
  const complete = snapshot.content.report?.value.complete ?? false;
  const { percent_covered: percent, missing_lines: missed, num_partial_branches: partial } = file.summary;
  const display = file.summary.percent_covered_display;
  return [
    name,
    which,
    segment(8, complete ? span(`${display} %`, grade(percent)) : span("incomplete", "warning")),
    segment(9, ...branchNote(file, line)),
    segment(5, span(`${GLYPHS.notRun} ${missed} missed`, "dim")),
    segment(4, span(`${GLYPHS.partly} ${partial ?? 0} partial`, "dim")),
  ];
}

/** Which text this is, where it is not simply that of the last report; empty: it is. */
function whichText({ file, cycle, changed, known }: ShownSource, snapshot: Snapshot): string {
  if (!known) return "not in this report";
  if (file === null) return "new text, not measured";
  if (changed) return `text of cycle ${cycle}, changed since`;
  return isStale(snapshot) ? `cycle ${cycle} · stale` : "";
}

function branchNote(file: FileReport, line: number): readonly Span[] {
  const branches = file.missing_branches.filter(([from]) => Math.abs(from) === line);
  if (branches.length === 0) return [];
  const taken = branches.map(([, to]) => (to < 0 ? "the exit" : `line ${to}`)).join(", ");
  return [span(`line ${line} never went to ${taken}`, "fair")];
}
