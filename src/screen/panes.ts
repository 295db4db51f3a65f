/** What each page offers to a cursor: how many rows, which are visible, what search finds. */

import type { FileReport } from "../core/report.ts";
import type { Session } from "../core/session.ts";
import { clean, cleanLines } from "../core/text.ts";
import { type Line, problemDetail, testDetail, wrapLines } from "./detail.ts";
import { splitFailures, splitTable } from "./layout.ts";
import type { Lists } from "./lists.ts";
import { memoLast } from "./memo.ts";
import { EMPTY_PANE, type Pane } from "./scroll.ts";
import type { Opened, ViewState } from "./state.ts";

/** The source that is open, as far as it has come. */
export interface SourceText {
  readonly path: string;
  readonly lines: readonly string[];
}

export interface PaneInput {
  readonly session: Session;
  readonly lists: Lists;
  readonly pages: Pages;
  readonly source: SourceText | null;
  /** Rows of the body. */
  readonly body: number;
  readonly columns: number;
  readonly helpLines: number;
}

/** Lines of opened pages, remembered. */
export interface Pages {
  readonly lines: (opened: Opened, session: Session, columns: number) => readonly Line[];
}

export function createPages(): Pages {
  const test = memoLast(testDetail);
  const problem = memoLast(problemDetail);
  const wrapAll = memoLast(wrapLines);
  const text = memoLast((value: string) =>
    cleanLines(value).map((line): Line => ({ text: line, tone: "plain" })),
  );
  return {
    lines: (opened, session, columns) => {
      switch (opened.kind) {
        case "source":
          return [];
        case "text":
          return wrapAll(text(opened.text), columns);
        case "detail": {
          const { item } = opened;
          if (item.kind === "problem") return wrapAll(problem(item.problem), columns);
          return wrapAll(test(session.tests.results.get(item.key) ?? item.test, session.log), columns);
        }
      }
    },
  };
}

/** The pane of what a view state has on screen. */
export function paneOf(view: ViewState, input: PaneInput): Pane {
  if (view.help !== null)
    return { ...EMPTY_PANE, length: input.helpLines, height: input.body, mode: "scroll" };
  if (view.opened !== null) return openedPane(view.opened, input);
  return listPane(view, input);
}

/** Rows of an opened page: its title takes one. */
export function pageRows(body: number): number {
  return Math.max(0, body - 1);
}

function listPane(view: ViewState, { session, lists, body }: PaneInput): Pane {
  switch (view.view) {
    case "coverage": {
      const note = session.partial === null || body < 4 ? 0 : 1;
      return keyed(
        lists.files(session, view),
        (row) => row.path,
        (row) => row.name,
        splitTable(body - note, true).rows,
      );
    }
    case "failures": {
      const items = lists.failures(session, view);
      const text = (item: (typeof items)[number]) =>
        item.kind === "test" ? clean(`${item.test.id} ${item.test.message}`) : clean(item.problem.message);
      return keyed(items, (item) => item.key, text, splitFailures(body, items.length).list);
    }
    case "tests":
      return keyed(
        lists.tests(session, view),
        (test) => test.id,
        (test) => clean(test.id),
        splitTable(body, false).rows,
      );
    case "log":
      return rowsPane(session.log.length, body, (index) => clean(session.log[index]?.text ?? ""));
    case "timings": {
      const cycles = lists.cycles(session);
      const text = (index: number) => `${cycles[index]?.cycle ?? ""} ${cycles[index]?.outcome ?? ""}`;
      return rowsPane(cycles.length, splitTable(body, true).rows, text);
    }
  }
}

function openedPane(opened: Opened, { session, pages, source, body, columns }: PaneInput): Pane {
  const height = pageRows(body);
  if (opened.kind !== "source") {
    const lines = pages.lines(opened, session, columns);
    return { ...rowsPane(lines.length, height, (index) => lines[index]?.text ?? ""), mode: "scroll" };
  }
  if (source?.path !== opened.path) return { ...EMPTY_PANE, height };
  const file = session.report?.value.files.find((candidate) => candidate.path === opened.path);
  const pane = rowsPane(source.lines.length, height, (index) => source.lines[index] ?? "");
  return { ...pane, stops: file ? missedRows(file) : [] };
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
    stops: [],
  };
}
