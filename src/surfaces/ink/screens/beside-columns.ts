/** Columns of other measurements: what each comes to, all together, and where lines were covered. */
import { ALL, whereText } from "../../../core/combined.ts";
import type { Beside } from "../../../screen/beside.ts";
import { type Span, span } from "../../../screen/span.ts";
import { type FileRow, grade } from "../../../screen/table.ts";
import type { Column } from "../parts/table.tsx";

/** No number stands while they are put together, or where there is none. */
const PENDING = "…";
const NONE = "-";
const WIDTH = 6;
/** The widest that it may get. */
const MOST_WHERE = 40;

export function besideColumns(beside: Beside | null): readonly Column<FileRow>[] {
  if (beside === null) return [];
  const { names, combined, files } = beside;
  const each = names.map((name, index): Column<FileRow> => {
    const width = Math.max(name.length, WIDTH);
    const cell = ({ path }: FileRow) => percent(beside, files.get(path)?.percents[name]);
    return {
      id: `also ${name}`,
      title: name,
      align: "right",
      min: width,
      max: width,
      priority: 65 - index,
      cell,
    };
  });
  const cellOfAll = ({ path }: FileRow) =>
    percent(
      beside,
      files.get(path)?.summary.percent_covered_display,
      files.get(path)?.summary.percent_covered,
    );
  const where = (path: string) => {
    const of = files.get(path)?.where;
    return of === undefined ? "" : whereText(of);
  };
  const longest = Math.max(...(combined?.files ?? []).map(({ path }) => where(path).length), 12);
  const most = Math.min(MOST_WHERE, longest);
  return [
    ...each,
    { id: "also all", title: ALL, align: "right", min: WIDTH, max: WIDTH, priority: 85, cell: cellOfAll },
    {
      id: "also where",
      title: "covered by",
      align: "left",
      min: most,
      max: most,
      priority: 45,
      cell: ({ path }) => [span(where(path), "dim")],
    },
  ];
}

/** Cells of the total row. */
export function besideTotals(beside: Beside | null): Readonly<Record<string, readonly Span[]>> {
  if (beside === null) return {};
  const { names, combined } = beside;
  const { percent_covered_display: all, percent_covered: exact } = combined?.totals ?? {};
  return {
    ...Object.fromEntries(names.map((name) => [`also ${name}`, percent(beside, combined?.percents[name])])),
    "also all": percent(beside, all, exact),
    "also where": combined === null ? [] : [span(whereText(combined.where), "dim")],
  };
}

/** `exact`: of what has a grade. */
function percent(
  { combined }: Beside,
  display: string | null | undefined,
  exact?: number | undefined,
): readonly Span[] {
  if (combined === null) return [span(PENDING, "dim")];
  if (display === null || display === undefined) return [span(NONE, "dim")];
  if (!combined.complete) return [span(`${display}?`, "warning")];
  return [span(display, exact === undefined ? "plain" : grade(exact))];
}
