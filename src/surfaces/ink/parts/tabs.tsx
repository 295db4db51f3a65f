import { failing, type ScreenContent } from "../../../core/screen-content.ts";
import type { View } from "../../../screen/command.ts";
import { fitSegments, type Segment, type Span, segment, span } from "../../../screen/span.ts";
import { type ScreenState, VIEWS } from "../../../screen/state.ts";
import { Row } from "./row.tsx";

export interface TabsProps {
  readonly screen: ScreenState;
  readonly content: ScreenContent;
  readonly width: number;
}

const NAMES: Readonly<Record<View, string>> = {
  coverage: "coverage",
  failures: "failures",
  tests: "tests",
  log: "server log",
  timings: "timings",
};

/** The pages with their keys. */
export function Tabs({ screen, content, width }: TabsProps) {
  const tabs = VIEWS.map((page, index) => tab(page, index, screen, content));
  return <Row spans={fitSegments(tabs, width, 2)} width={width} />;
}

function tab(page: View, index: number, screen: ScreenState, content: ScreenContent): Segment {
  const active = screen.view === page;
  const name = ` ${index + 1} ${NAMES[page]}`;
  const spans: readonly Span[] = [
    span(name, active ? "match" : "dim"),
    ...number(page, content),
    span(active ? " " : "", "match"),
  ];
  return segment(
    active ? 20 : 10 - index,
    ...(active ? spans.map(({ text }) => span(text, "match")) : spans),
  );
}

function number(page: View, content: ScreenContent): readonly Span[] {
  if (page === "failures") {
    const failed = failing(content).length + (content.error === null && content.checks.length === 0 ? 0 : 1);
    const before = content.tests.before.length;
    if (failed === 0) return before === 0 ? [] : [span(` ${before}`, "dim")];
    return [span(` ${failed}`, "error"), ...(before === 0 ? [] : [span(`+${before}`, "dim")])];
  }
  if (page === "coverage")
    return content.report === null ? [] : [span(` ${content.report.value.files.length}`, "dim")];
  if (page === "tests")
    return content.tests.results.size === 0 ? [] : [span(` ${content.tests.results.size}`, "dim")];
  return [];
}
