import { useMemo } from "react";
import { KEEP } from "../../../core/found.ts";
import type { Report } from "../../../core/report.ts";
import type { ScreenContent } from "../../../core/screen-content.ts";
import { count } from "../../../core/text.ts";
import { firstLines } from "../../../screen/first-lines.ts";
import { filterOf } from "../../../screen/lists.ts";
import { type Span, span } from "../../../screen/span.ts";
import { type FileRow, sortOf } from "../../../screen/table.ts";
import { Row } from "../parts/row.tsx";
import { Rows } from "../parts/rows.tsx";
import { Table } from "../parts/table.tsx";
import { coverageColumns, totalsOf } from "./coverage-columns.ts";
import type { PageProps } from "./page.ts";

/** The per-file table of the last report of all tests; a selection's report is a note above it, never in its place. */
export function Coverage(props: PageProps) {
  const { snapshot, height, width } = props;
  const { report, partial } = snapshot.content;
  if (report === null) return <Nothing content={snapshot.content} height={height} width={width} />;
  const note = partial !== null && height >= 4;
  const hints = hintsOf(snapshot.content, height);
  return (
    <>
      {note && <Row spans={selectionNote(partial, report.cycle)} width={width} />}
      <Files {...props} report={report.value} height={height - (note ? 1 : 0) - hints.length} />
      {hints.map((hint) => (
        <Row key={hint} spans={[span(`  ${hint}`, "dim")]} width={width} />
      ))}
    </>
  );
}

/** What to do next, below the first table that came without a configuration, where there is room. */
function hintsOf({ found, history, report }: ScreenContent, height: number): readonly string[] {
  const rows = report?.value.files.length ?? 0;
  if (found === null || history.length > 1 || height < rows + TABLE_FRAME) return [];
  return ["Edit a file: each save is a cycle. ? shows all keys.", KEEP];
}

/** Its head, its total, a line between, and the hints. */
const TABLE_FRAME = 8;

function Files({
  report,
  snapshot,
  screen,
  lists,
  window,
  height,
  width,
}: PageProps & { readonly report: Report }) {
  const rows = lists.files(snapshot.content, screen);
  const beside = lists.beside(snapshot.content);
  const delta = lists.delta(snapshot.content, screen);
  const filter = filterOf(screen, "files");
  const diff = screen.changedOnly ? (snapshot.content.diff?.value ?? null) : undefined;
  const columns = useMemo(
    () => coverageColumns(rows, report, width, beside, delta, diff),
    [rows, report, width, beside, delta, diff],
  );
  const totals = useMemo(
    () => totalsOf(report, rows.length, filter, beside, delta, diff),
    [report, rows.length, filter, beside, delta, diff],
  );
  return (
    <Table
      columns={columns}
      items={rows}
      keyOf={pathOf}
      window={window}
      height={height}
      width={width}
      sort={screen.sorts.coverage ?? sortOf(report)}
      totals={totals}
      search={screen.search}
    />
  );
}

function pathOf(row: FileRow): string {
  return row.path;
}

function selectionNote(partial: NonNullable<ScreenContent["partial"]>, cycle: number): readonly Span[] {
  const { totals, complete } = partial.value;
  const found = complete
    ? `${totals.percent_covered_display} % of ${count(totals.num_statements, "statement")}`
    : "incomplete";
  return [
    span(`selection of ${count(partial.selected, "test")}: `, "warning"),
    span(found, "strong"),
    span(`, the table is of cycle ${cycle}`, "warning"),
  ];
}

function Nothing({
  content,
  height,
  width,
}: {
  readonly content: ScreenContent;
  readonly height: number;
  readonly width: number;
}) {
  const lines = firstLines(content, width - 2);
  return (
    <Rows
      line={(index) => (lines[index - 1] ? [span(`  ${lines[index - 1]}`, "dim")] : null)}
      top={0}
      height={height}
      width={width}
    />
  );
}
