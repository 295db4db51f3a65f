import type { Span } from "../../../screen/span.ts";
import { Row } from "./row.tsx";

export interface RowsProps {
  /** Spans of a line by its number; past the end: an empty line. */
  readonly line: (index: number) => readonly Span[] | null;
  readonly top: number;
  readonly height: number;
  readonly width: number;
  readonly search?: string;
}

/** Exactly `height` lines of something long, from `top` on. Nothing is rendered that is not seen. */
export function Rows({ line, top, height, width, search = "" }: RowsProps) {
  return Array.from({ length: height }, (_, offset) => {
    const index = top + offset;
    return <Row key={index} spans={line(index) ?? []} width={width} search={search} />;
  });
}
