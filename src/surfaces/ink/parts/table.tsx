import { memo, useMemo } from "react";
import { type ColumnSpec, fitColumns, GAP } from "../../../screen/columns.ts";
import { splitTable } from "../../../screen/layout.ts";
import type { Window } from "../../../screen/scroll.ts";
import { fillSpans, type Span, span } from "../../../screen/span.ts";
import { Row } from "./row.tsx";

export interface Column<Item> extends ColumnSpec {
  readonly title: string;
  readonly align: "left" | "right";
  readonly cell: (item: Item, width: number) => readonly Span[];
}

export interface TableProps<Item> {
  /** Keep it the same object while nothing in it changes: rows are drawn again with it. */
  readonly columns: readonly Column<Item>[];
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly window: Window;
  readonly height: number;
  readonly width: number;
  /** The column that is sorted by, and how. */
  readonly sort?: { readonly column: string; readonly descending: boolean };
  /** The last lines, always visible, by column. */
  readonly totals?: readonly Readonly<Record<string, readonly Span[]>>[];
  readonly search?: string;
}

interface Fitted<Item> {
  readonly column: Column<Item>;
  readonly width: number;
}

const MARK = 2;

/** A table of which only the visible rows are made; `height` lines exactly. */
export function Table<Item>(props: TableProps<Item>) {
  const { columns, items, keyOf, window, height, width, sort, totals = [], search = "" } = props;
  const fitted = useMemo(() => arrange(columns, width), [columns, width]);
  const split = splitTable(height, totals.length);
  const visible = items.slice(window.top, window.top + split.rows);
  const titles = cells(fitted, ({ column }) => {
    const mark = sort?.column === column.id ? (sort.descending ? "↓" : "↑") : "";
    return [span(`${column.title}${mark}`, mark === "" ? "dim" : "accent")];
  });
  const ends = totals
    .slice(totals.length - split.total)
    .map((total) => cells(fitted, ({ column }) => total[column.id] ?? []));
  return (
    <>
      {split.title === 1 && <Row spans={[span("  "), ...titles]} width={width} />}
      {visible.map((item, offset) => (
        <TableRow
          key={keyOf(item)}
          item={item}
          fitted={fitted as readonly Fitted<unknown>[]}
          width={width}
          selected={window.top + offset === window.index}
          search={search}
        />
      ))}
      {Array.from({ length: split.rows - visible.length }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: empty lines are all the same.
        <Row key={`empty ${index}`} spans={[]} width={width} />
      ))}
      {ends.map((end, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the totals have no other identity.
        <Row key={`total ${index}`} spans={[span("  "), ...end]} width={width} />
      ))}
    </>
  );
}

interface TableRowProps {
  readonly item: unknown;
  readonly fitted: readonly Fitted<unknown>[];
  readonly width: number;
  readonly selected: boolean;
  readonly search: string;
}

const TableRow = memo(function TableRow({ item, fitted, width, selected, search }: TableRowProps) {
  const line = cells(fitted, ({ column, width: room }) => column.cell(item, room));
  const mark = selected ? span("▸ ", "accent") : span("  ");
  const shown = selected
    ? line.map((part) => (part.tone === "plain" ? span(part.text, "strong") : part))
    : line;
  return <Row spans={[mark, ...shown]} width={width} search={search} />;
});

function arrange<Item>(columns: readonly Column<Item>[], width: number): readonly Fitted<Item>[] {
  const widths = new Map(
    fitColumns(columns, Math.max(0, width - MARK)).map(({ id, width: room }) => [id, room]),
  );
  return columns.flatMap((column) => {
    const room = widths.get(column.id);
    return room === undefined ? [] : [{ column, width: room }];
  });
}

/** A line of cells; a gap stands between two, none after the last: it ends where the line does. */
function cells<Item>(
  fitted: readonly Fitted<Item>[],
  content: (fitted: Fitted<Item>) => readonly Span[],
): readonly Span[] {
  return fitted.flatMap((one, index) => {
    const filled = fillSpans(content(one), one.width, one.column.align);
    return index === 0 ? filled : [span(" ".repeat(GAP)), ...filled];
  });
}
