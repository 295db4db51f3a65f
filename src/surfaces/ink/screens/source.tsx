import { useMemo } from "react";
import { type FileReport, type LineMark, lineMarks } from "../../../core/report.ts";
import { clean } from "../../../core/text.ts";
import type { Window } from "../../../screen/scroll.ts";
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
  const { snapshot, screen, window, source, height, width } = props;
  const report = snapshot.content.report?.value;
  const file = report?.files.find((candidate) => candidate.path === path);
  const marks = useMemo(() => (file ? lineMarks(file) : new Map<number, LineMark>()), [file]);
  const lines = source?.path === path ? source.lines : [];
  const message = source?.path === path ? source.message : "Reading…";
  const digits = `${lines.length}`.length;
  const line = (index: number): readonly Span[] | null => {
    const text = lines[index];
    if (text !== undefined) return sourceSpans(text, index, marks.get(index + 1) ?? "none", window, digits);
    return index === 0 && message !== null ? [span(`  ${clean(message)}`, "warning")] : null;
  };
  return (
    <>
      <Row
        spans={fitSegments(title(path, file, window.index + 1, report?.complete ?? false), width)}
        width={width}
      />
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

const MARKS: Readonly<Record<LineMark, { readonly glyph: string; readonly tone: Tone }>> = {
  covered: { glyph: "│", tone: "good" },
  missed: { glyph: "✗", tone: "poor" },
  partial: { glyph: "~", tone: "fair" },
  excluded: { glyph: "-", tone: "dim" },
  none: { glyph: " ", tone: "plain" },
};

function sourceSpans(
  text: string,
  index: number,
  mark: LineMark,
  { index: cursor, left }: Window,
  digits: number,
): readonly Span[] {
  const { glyph, tone } = MARKS[mark];
  const selected = index === cursor;
  const plain = mark === "covered" || mark === "none";
  return [
    selected ? span("▸", "accent") : span(" "),
    span(`${index + 1}`.padStart(digits), selected ? "accent" : "dim"),
    span(` ${glyph} `, tone),
    ...dropSpans([span(text, plain ? (selected ? "strong" : "plain") : tone)], left),
  ];
}

/** The path; for the line at the cursor the branches that were not taken; what was found in all. */
function title(
  path: string,
  file: FileReport | undefined,
  line: number,
  complete: boolean,
): readonly Segment[] {
  const name = segment(10, span(clean(path), "title"));
  if (file === undefined) return [name, segment(9, span("not in this report", "warning"))];
  const { percent_covered: percent, missing_lines: missed, num_partial_branches: partial } = file.summary;
  const display = file.summary.percent_covered_display;
  return [
    name,
    segment(8, complete ? span(`${display} %`, grade(percent)) : span("incomplete", "warning")),
    segment(9, ...branchNote(file, line)),
    segment(5, span(`✗ ${missed} missed`, "dim")),
    segment(4, span(`~ ${partial ?? 0} partial`, "dim")),
  ];
}

function branchNote(file: FileReport, line: number): readonly Span[] {
  const branches = file.missing_branches.filter(([from]) => Math.abs(from) === line);
  if (branches.length === 0) return [];
  const taken = branches.map(([, to]) => (to < 0 ? "the exit" : `line ${to}`)).join(", ");
  return [span(`line ${line} never went to ${taken}`, "fair")];
}
