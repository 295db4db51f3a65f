import type { Frame } from "../../../screen/frame.ts";
import { span } from "../../../screen/span.ts";
import { Row } from "./row.tsx";

export interface ProblemBoxProps extends Pick<Frame, "box" | "severity"> {
  readonly width: number;
}

/** What is wrong, what to do, and the end of the traceback, behind a bar. The failures page has it whole. */
export function ProblemBox({ box, severity, width }: ProblemBoxProps) {
  const bar = severity === "error" ? "error" : "warning";
  return box.map(({ text, tone }, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no other identity.
    <Row key={index} spans={[span("│ ", bar), span(text, tone)]} width={width} />
  ));
}
