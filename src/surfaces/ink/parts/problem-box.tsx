import { boxLines } from "../../../screen/frame.ts";
import type { Problem } from "../../../screen/problem.ts";
import { span, type Tone } from "../../../screen/span.ts";
import { Row } from "./row.tsx";

export interface ProblemBoxProps {
  readonly problem: Problem;
  readonly height: number;
  readonly width: number;
}

/** What is wrong, what to do, and the end of the traceback, behind a bar. The failures page has it whole. */
export function ProblemBox({ problem, height, width }: ProblemBoxProps) {
  const bar: Tone = problem.severity === "error" ? "error" : "warning";
  return shown(problem, height).map(({ text, tone }, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no other identity.
    <Row key={index} spans={[span("│ ", bar), span(text, tone)]} width={width} />
  ));
}

/** Message and fix come first; of the rest the last lines, as many as there is room for. */
function shown(problem: Problem, height: number): readonly { readonly text: string; readonly tone: Tone }[] {
  const lines = boxLines(problem);
  const heads = Math.min(problem.fix === "" ? 1 : 2, height);
  const rest = height - heads > 0 ? lines.slice(heads).slice(-(height - heads)) : [];
  const [message, fix] = lines;
  return [
    { text: message ?? "", tone: problem.severity === "error" ? "error" : "warning" },
    ...(heads > 1 ? [{ text: fix ?? "", tone: "strong" as const }] : []),
    ...rest.map((text) => ({ text, tone: "dim" as const })),
  ];
}
