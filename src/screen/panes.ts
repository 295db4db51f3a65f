/** What each page offers to a cursor: how many rows, which are visible, what search finds. */

import type { FileReport } from "../core/report.ts";
import type { ScreenContent } from "../core/screen-content.ts";
import { clean, cleanLines } from "../core/text.ts";
import { problemDetail, wrapLines } from "./detail.ts";
import type { Line } from "./failure/line.ts";
import { testDetail } from "./failure/page.ts";
import { splitFailures, splitTable, splitTimings } from "./layout.ts";
import { filterOf, type Lists } from "./lists.ts";
import { memoLast } from "./memo.ts";
import { EMPTY_PANE, type Pane } from "./scroll.ts";
import type { ShownSource } from "./source.ts";
import type { Opened, ScreenState } from "./state.ts";

export interface PaneInput {
  readonly content: ScreenContent;
  readonly lists: Lists;
  readonly pages: Pages;
  readonly source: ShownSource | null;
  /** Rows of the body. */
  readonly body: number;
  readonly columns: number;
  readonly helpLines: number;
}

/** Lines of opened pages, remembered. */
export interface Pages {
  readonly lines: (opened: Opened, content: ScreenContent, columns: number) => readonly Line[];
}

export function createPages(): Pages {
  const test = memoLast(testDetail);
  const problem = memoLast(problemDetail);
  const wrapAll = memoLast(wrapLines);
  const text = memoLast((value: string) =>
    cleanLines(value).map((line): Line => ({ text: line, tone: "plain" })),
  );
  return {
    lines: (opened, content, columns) => {
      switch (opened.kind) {
        case "source":
          return [];
        case "text":
          return wrapAll(text(opened.text), columns);
        case "detail": {
          const { item, unfolded } = opened;
          if (item.kind === "problem") return wrapAll(problem(item.problem), columns);
          return wrapAll(
            test(content.tests.results.get(item.key) ?? item.test, content.log, unfolded),
            columns,
          );
        }
      }
    },
  };
}

/** The pane of what is shown in a state of the screen. */
export function paneOf(screen: ScreenState, input: PaneInput): Pane {
  if (screen.help !== null)
    return { ...EMPTY_PANE, length: input.helpLines, height: input.body, mode: "scroll" };
  if (screen.opened !== null) return openedPane(screen.opened, input);
  return listPane(screen, input);
}

/** Columns before the text of a source of so many lines: the cursor, the number, the mark. */
export function gutter(lines: number): number {
  return `${lines}`.length + 4;
}

/** Columns before the text of a line in a list. */
const MARK = 2;

/** Rows of an opened page: its title takes one. */
export function pageRows(body: number): number {
  return Math.max(0, body - 1);
}

function listPane(screen: ScreenState, { content, lists, body, columns }: PaneInput): Pane {
  switch (screen.view) {
    case "coverage": {
      const note = content.partial === null || body < 4 ? 0 : 1;
      return keyed(
        lists.files(content, screen),
        (row) => row.path,
        (row) => row.name,
        splitTable(body - note, filterOf(screen, "files") === "" ? 1 : 2).rows,
      );
    }
    case "failures": {
      const items = lists.failures(content, screen);
      const text = (item: (typeof items)[number]) =>
        item.kind === "test" ? clean(`${item.test.id} ${item.test.message}`) : clean(item.problem.message);
      return keyed(items, (item) => item.key, text, splitFailures(body, items.length).list);
    }
    case "tests":
      return keyed(
        lists.tests(content, screen),
        (test) => test.id,
        (test) => clean(test.id),
        splitTable(body, 0).rows,
      );
    case "log":
      return {
        ...rowsPane(content.log.length, body, (index) => clean(content.log[index]?.text ?? "")),
        room: Math.max(1, columns - MARK),
      };
    case "timings": {
      const cycles = lists.cycles(content);
      const text = (index: number) => `${cycles[index]?.cycle ?? ""} ${cycles[index]?.outcome ?? ""}`;
      const { table } = splitTimings(body, lists.fastPaths(content));
      return rowsPane(cycles.length, splitTable(table, 1).rows, text);
    }
  }
}

function openedPane(opened: Opened, { content, pages, source, body, columns }: PaneInput): Pane {
  const height = pageRows(body);
  if (opened.kind !== "source") {
    const lines = pages.lines(opened, content, columns);
    return { ...rowsPane(lines.length, height, (index) => lines[index]?.text ?? ""), mode: "scroll" };
  }
  if (source?.path !== opened.path) return { ...EMPTY_PANE, height };
  const { file } = source;
  const pane = rowsPane(source.lines.length, height, (index) => source.lines[index] ?? "");
  const room = Math.max(1, columns - gutter(source.lines.length));
  return { ...pane, room, stops: file ? missedRows(file) : [] };
}

/** Rows that n goes to in a source: missed lines; where there are none, lines with a branch that was not taken. */
function missedRows(file: FileReport): readonly number[] {
  const lines =
    file.missing_lines.length > 0
      ? file.missing_lines
      : file.missing_branches.map(([from]) => Math.abs(from));
  return lines.map((line) => line - 1);
}

function rowsPane(length: number, height: number, textOf: (index: number) => string): Pane {
  return { ...EMPTY_PANE, length, height, textOf };
}

function keyed<Row>(
  rows: readonly Row[],
  key: (row: Row) => string,
  text: (row: Row) => string,
  height: number,
): Pane {
  const at = (index: number, of: (row: Row) => string) => {
    const row = rows[index];
    return row === undefined ? null : of(row);
  };
  return {
    length: rows.length,
    height,
    mode: "cursor",
    keyOf: (index) => at(index, key),
    indexOf: (wanted) => rows.findIndex((row) => key(row) === wanted),
    textOf: (index) => at(index, text) ?? "",
    room: null,
    stops: [],
  };
}
