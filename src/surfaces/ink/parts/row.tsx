import { Text } from "ink";
import { memo, useContext } from "react";
import { fillSpans, highlight, type Span } from "../../../core/view/span.ts";
import { ThemeContext } from "../theme.tsx";

export interface RowProps {
  readonly spans: readonly Span[];
  readonly width: number;
  /** What is looked for stands out. */
  readonly search?: string;
}

/** One line of the screen: filled to the width, never longer, never wrapped. */
export const Row = memo(function Row({ spans, width, search = "" }: RowProps) {
  const theme = useContext(ThemeContext);
  const pieces = fillSpans(highlight(spans, search), width);
  return (
    <Text wrap="truncate">
      {pieces.map(({ text, tone }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a line have no other identity.
        <Text key={index} {...theme[tone]}>
          {text}
        </Text>
      ))}
    </Text>
  );
});
