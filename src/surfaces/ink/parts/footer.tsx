import { clean } from "../../../core/text.ts";
import { BINDINGS, type Command } from "../../../screen/command.ts";
import { fitSegments, type Segment, type Span, segment, span } from "../../../screen/span.ts";
import type { Field, ViewState } from "../../../screen/state.ts";
import { truncateStart } from "../../../screen/width.ts";
import { Row } from "./row.tsx";

export interface FooterProps {
  readonly view: ViewState;
  readonly running: boolean;
  /** The server, or where its tests run, is not there. */
  readonly gone: boolean;
  readonly width: number;
}

/** Last line: what is being typed, else a notice, else the keys that are most use here. */
export function Footer({ view, running, gone, width }: FooterProps) {
  return <Row spans={line(view, running, gone, width)} width={width} />;
}

const PROMPTS: Readonly<Record<Field, string>> = { search: "/", tests: "tests: ", files: "files: " };

function line(view: ViewState, running: boolean, gone: boolean, width: number): readonly Span[] {
  if (view.input !== null) {
    const prompt = PROMPTS[view.input.field];
    const text = truncateStart(clean(view.input.text), Math.max(1, width - prompt.length - 1));
    return [
      span(prompt, "accent"),
      span(text),
      span(" ", "match"),
      span("  Enter accepts, Esc leaves", "dim"),
    ];
  }
  if (view.notice !== null) return [span(clean(view.notice), "warning")];
  return fitSegments(
    useful(view, running, gone).map(([command, words], index) => hint(command, words, index)),
    width,
    2,
  );
}

type Hint = readonly [Command, string];

function useful(view: ViewState, running: boolean, gone: boolean): readonly Hint[] {
  const common: readonly Hint[] = [
    ...(gone ? [["start-again", "start it again"] as const] : []),
    running ? ["cancel", "cancel"] : ["run-all", "all"],
    ["pause", "pause"],
  ];
  const end: readonly Hint[] = [
    ["help", "help"],
    ["quit", "quit"],
  ];
  if (view.help !== null)
    return [
      ["back", "back"],
      ["move-down", "down"],
      ["move-up", "up"],
      ["quit", "quit"],
    ];
  if (view.opened?.kind === "source") {
    return [
      ["back", "back"],
      ["search-next", view.search === "" ? "next missed" : "next"],
      ["edit", "edit"],
      ["search", "search"],
      ...end,
    ];
  }
  if (view.opened !== null)
    return [["back", "back"], ["rerun-selection", "rerun"], ["edit", "edit"], ["search", "search"], ...end];
  switch (view.view) {
    case "coverage":
      return [
        ...end,
        ...common,
        ["open", "source"],
        ["sort", "sort"],
        ["search", "search"],
        ["filter-files", "files"],
        ["html", "HTML"],
        ["edit", "edit"],
      ];
    case "failures":
      return [
        ...end,
        ...common,
        ["open", "whole"],
        ["rerun-selection", "rerun"],
        ["edit", "edit"],
        ["failed-only", "failed only"],
      ];
    case "tests":
      return [
        ...end,
        ...common,
        ["open", "output"],
        ["told", "besides"],
        ["rerun-selection", "rerun"],
        ["filter-tests", "filter"],
        ["failed-only", "failed only"],
        ["sort", "sort"],
        ["search", "search"],
      ];
    case "log":
      return [...end, ...common, ["open", "whole line"], ["search", "search"], ["last", "follow"]];
    case "timings":
      return [...end, ...common];
  }
}

/** Keys come from the command table: the footer cannot promise one that does nothing. */
function hint(command: Command, words: string, index: number): Segment {
  const key = BINDINGS.find((binding) => binding.command === command)?.keys[0] ?? "";
  return segment(100 - index, span(key, "accent"), span(` ${words}`, "dim"));
}
