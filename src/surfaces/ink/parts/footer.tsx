import { clean } from "../../../core/text.ts";
import { BINDINGS, type Command } from "../../../screen/command.ts";
import { fitSegments, type Segment, type Span, segment, span } from "../../../screen/span.ts";
import { type Field, inPage, type Opened, type ScreenState } from "../../../screen/state.ts";
import { truncateStart } from "../../../screen/width.ts";
import { Row } from "./row.tsx";

export interface FooterProps {
  readonly screen: ScreenState;
  readonly running: boolean;
  /** The server, or where its tests run, is not there. */
  readonly gone: boolean;
  readonly width: number;
}

/** Last line: what is being typed, else a notice, else the keys that are most use here. */
export function Footer({ screen, running, gone, width }: FooterProps) {
  return <Row spans={line(screen, running, gone, width)} width={width} />;
}

const PROMPTS: Readonly<Record<Field, string>> = { search: "/", tests: "tests: ", files: "files: " };

function line(screen: ScreenState, running: boolean, gone: boolean, width: number): readonly Span[] {
  if (screen.input !== null) {
    const prompt = PROMPTS[screen.input.field];
    const text = truncateStart(clean(screen.input.text), Math.max(1, width - prompt.length - 1));
    return [
      span(prompt, "accent"),
      span(text),
      span(" ", "match"),
      span("  Enter accepts, Esc leaves", "dim"),
    ];
  }
  if (screen.notice !== null) return [span(clean(screen.notice), "warning")];
  return fitSegments(
    useful(screen, running, gone).map(([command, words], index) =>
      hint(command, words, index, inPage(screen)),
    ),
    width,
    2,
  );
}

function isTest(opened: Opened): boolean {
  return opened.kind === "detail" && opened.item.kind === "test";
}

type Hint = readonly [Command, string];

function useful(screen: ScreenState, running: boolean, gone: boolean): readonly Hint[] {
  const common: readonly Hint[] = [
    ...(gone ? [["start-anew", "start it again"] as const] : []),
    running ? ["cancel", "cancel"] : ["run-all", "all"],
    ["pause", "pause"],
  ];
  const end: readonly Hint[] = [
    ["help", "help"],
    ["quit", "quit"],
  ];
  if (screen.help !== null)
    return [
      ["leave-page", "back"],
      ["page-down", "next page"],
      ["page-up", "page before"],
      ["search", "search"],
    ];
  if (screen.opened?.kind === "source") {
    return [
      ["leave-page", "back"],
      ["search-next", screen.search === "" ? "next missed" : "next"],
      ["edit", "edit"],
      ["search", "search"],
      ["page-down", "next page"],
      ["help", "help"],
    ];
  }
  if (screen.opened !== null)
    return [
      ["leave-page", "back"],
      ...(isTest(screen.opened) ? ([["unfold", "all of it"]] as const) : []),
      ["rerun-selection", "rerun"],
      ["edit", "edit"],
      ["search", "search"],
      ["page-down", "next page"],
      ["help", "help"],
    ];
  switch (screen.view) {
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
        ["summary", "besides"],
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
function hint(command: Command, words: string, index: number, page: boolean): Segment {
  const { keys = [], pageKeys = [] } = BINDINGS.find((binding) => binding.command === command) ?? {};
  const [key = ""] = page ? [...pageKeys, ...keys] : keys;
  return segment(100 - index, span(key, "accent"), span(` ${words}`, "dim"));
}
