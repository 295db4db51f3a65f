import { useMemo } from "react";
import type { LogEntry } from "../../../core/screen-content.ts";
import { clean } from "../../../core/text.ts";
import { lineSpans, problemDetail, wrapLines } from "../../../screen/detail.ts";
import { testDetail } from "../../../screen/failure/page.ts";
import { GLYPHS } from "../../../screen/glyphs.ts";
import type { Item } from "../../../screen/item.ts";
import { splitFailures } from "../../../screen/layout.ts";
import { filterOf } from "../../../screen/lists.ts";
import { nothingFailed } from "../../../screen/nothing-failed.ts";
import { type Span, span } from "../../../screen/span.ts";
import { displayWidth, truncateStart } from "../../../screen/width.ts";
import { Row } from "../parts/row.tsx";
import { Rows } from "../parts/rows.tsx";
import type { PageProps } from "./page.ts";

/** What failed, and under it what the one at the cursor has to say: assertion, server log, output. */
export function Failures({ snapshot, screen, lists, window, height, width }: PageProps) {
  const { content } = snapshot;
  const items = lists.failures(content, screen);
  const { list, preview } = splitFailures(height, items.length);
  const item = items[window.index];
  const line = (index: number) => {
    const shown = items[index];
    if (shown !== undefined) return itemSpans(shown, index === window.index, width);
    return items.length === 0 && index === 1
      ? [span(`  ${nothingFailed(content, filterOf(screen, "tests"))}`, "dim")]
      : null;
  };
  return (
    <>
      <Rows line={line} top={window.top} height={list} width={width} search={screen.search} />
      {preview > 0 && <Row spans={[span("─".repeat(width), "dim")]} width={width} />}
      {preview > 0 && item !== undefined && (
        <Preview item={item} log={content.log} height={preview} width={width} />
      )}
    </>
  );
}

interface PreviewProps {
  readonly item: Item;
  readonly log: readonly LogEntry[];
  readonly height: number;
  readonly width: number;
}

function Preview({ item, log, height, width }: PreviewProps) {
  const lines = useMemo(
    () =>
      wrapLines(
        item.kind === "test" ? testDetail(item.test, log, false) : problemDetail(item.problem),
        width,
      ),
    [item, log, width],
  );
  return <Rows line={(index) => lineSpans(lines[index])} top={0} height={height} width={width} />;
}

/** One line of the list: the assertion is what one looks for, so it gets at least half of the room. */
function itemSpans(item: Item, selected: boolean, width: number): readonly Span[] {
  const mark = selected ? span("▸ ", "accent") : span("  ");
  if (item.kind === "problem") {
    const tone = item.problem.severity === "error" ? "error" : "warning";
    return [
      mark,
      span(item.problem.severity === "error" ? `${GLYPHS.failed} ` : "  ", tone),
      span(clean(item.problem.message), tone),
    ];
  }
  const { id, place } = item.test;
  const { earlier } = item;
  const message = earlier ?? item.test.message;
  const room = Math.max(8, width - 4);
  const name = truncateStart(
    clean(id),
    Math.max(Math.floor(room / 2), room - displayWidth(clean(message)) - 2),
  );
  const where = place === "" ? "" : `  ${clean(place)}`;
  return [
    mark,
    span(`${GLYPHS.failed} `, earlier === undefined ? "error" : "dim"),
    span(name, earlier === undefined ? (selected ? "strong" : "plain") : "dim"),
    span(`  ${clean(message)}`, earlier === undefined ? "failed" : "dim"),
    span(where, "dim"),
  ];
}
