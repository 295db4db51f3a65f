import { failing, type Session } from "../../../core/session.ts";
import { clean } from "../../../core/text.ts";
import type { View } from "../../../screen/command.ts";
import { filterOf } from "../../../screen/lists.ts";
import { fitSegments, type Segment, type Span, segment, span } from "../../../screen/span.ts";
import { VIEWS, type ViewState } from "../../../screen/state.ts";
import { Row } from "./row.tsx";

export interface TabsProps {
  readonly view: ViewState;
  readonly session: Session;
  readonly width: number;
}

const NAMES: Readonly<Record<View, string>> = {
  coverage: "coverage",
  failures: "failures",
  tests: "tests",
  log: "server log",
  timings: "timings",
};

/** The pages with their keys, and what narrows them down at present. */
export function Tabs({ view, session, width }: TabsProps) {
  const tabs = VIEWS.map((page, index) => tab(page, index, view, session));
  return <Row spans={fitSegments([...tabs, ...chips(view)], width, 2)} width={width} />;
}

function tab(page: View, index: number, view: ViewState, session: Session): Segment {
  const active = view.view === page;
  const name = ` ${index + 1} ${NAMES[page]}`;
  const spans: readonly Span[] = [
    span(name, active ? "match" : "dim"),
    ...number(page, session),
    span(active ? " " : "", "match"),
  ];
  return segment(
    active ? 20 : 10 - index,
    ...(active ? spans.map(({ text }) => span(text, "match")) : spans),
  );
}

function number(page: View, session: Session): readonly Span[] {
  if (page === "failures") {
    const failed = failing(session).length + (session.error === null && session.checks.length === 0 ? 0 : 1);
    return failed === 0 ? [] : [span(` ${failed}`, "error")];
  }
  if (page === "coverage")
    return session.report === null ? [] : [span(` ${session.report.value.files.length}`, "dim")];
  if (page === "tests")
    return session.tests.results.size === 0 ? [] : [span(` ${session.tests.results.size}`, "dim")];
  return [];
}

function chips(view: ViewState): readonly Segment[] {
  const tests = filterOf(view, "tests");
  const files = filterOf(view, "files");
  return [
    segment(15, ...(view.failedOnly ? [span("failed only", "warning")] : [])),
    segment(14, ...(tests === "" ? [] : [span(`tests: ${clean(tests)}`, "warning")])),
    segment(13, ...(files === "" ? [] : [span(`files: ${clean(files)}`, "warning")])),
    segment(12, ...(view.search === "" ? [] : [span(`/${clean(view.search)}`, "warning")])),
  ];
}
