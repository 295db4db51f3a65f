import type { LogEntry } from "../../../core/screen-content.ts";
import { logLines } from "../../../screen/failure/line.ts";
import { dropSpans, span } from "../../../screen/span.ts";
import { Rows } from "../parts/rows.tsx";
import type { PageProps } from "./page.ts";

/** The server's log, a line each; at its end it follows what comes. */
export function Log({ snapshot, screen, window, height, width }: PageProps) {
  const { log } = snapshot.content;
  const line = (index: number) => {
    const entry = log[index];
    if (entry !== undefined) return entrySpans(entry, index === window.index, window.left);
    return log.length === 0 && index === 1 ? [span("  The server has logged nothing.", "dim")] : null;
  };
  return <Rows line={line} top={window.top} height={height} width={width} search={screen.search} />;
}

function entrySpans(entry: LogEntry, selected: boolean, left: number) {
  const [first] = logLines(entry.text);
  const tone = first?.tone ?? "plain";
  return [
    selected ? span("▸ ", "accent") : span("  "),
    ...dropSpans([span(first?.text ?? "", selected && tone === "plain" ? "strong" : tone)], left),
  ];
}
