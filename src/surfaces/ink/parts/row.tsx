import { Text } from "ink";
import { memo, useContext } from "react";
import { cutSpans, highlight, type Span } from "../../../screen/span.ts";
import { ThemeContext } from "../theme.tsx";

export interface RowProps {
  readonly spans: readonly Span[];
  readonly width: number;
  /** What is looked for stands out. */
  readonly search?: string;
}

/** One line of the screen: never longer than the width, never wrapped. One node for Ink, however many colours it has. */
export const Row = memo(function Row({ spans, width, search = "" }: RowProps) {
  const theme = useContext(ThemeContext);
  const pieces = withoutEnd(cutSpans(highlight(spans, search), width));
  const line = pieces.map(({ text, tone }) => (text === "" ? "" : theme[tone](text))).join("");
  // A text without any character would have no height.
  return <Text wrap="truncate">{line === "" ? " " : line}</Text>;
});

/** Without the blank end: Ink takes its time for each character, and then leaves these out. */
function withoutEnd(pieces: readonly Span[]): readonly Span[] {
  const end = pieces.findLastIndex(({ text, tone }) => tone !== "plain" || text.trimEnd() !== "");
  const last = pieces[end];
  if (last === undefined) return [];
  const rest = pieces.slice(0, end);
  return [...rest, last.tone === "plain" ? { ...last, text: last.text.trimEnd() } : last];
}
