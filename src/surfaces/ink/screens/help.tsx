import { HELP_LINES, type HelpLine } from "../../../screen/command.ts";
import { GLYPHS, type GlyphName, LEGEND } from "../../../screen/glyphs.ts";
import { type Span, span } from "../../../screen/span.ts";
import { fill } from "../../../screen/width.ts";
import { Rows } from "../parts/rows.tsx";
import type { PageProps } from "./page.ts";

const GROUPS: Readonly<Record<HelpLine["group"], string>> = {
  run: "Run",
  move: "Move",
  find: "Find",
  view: "Views",
  open: "Open",
  end: "Help and end",
  page: "In pages, as in less: this help, a source, a failure",
};

/** Every key and what it does, from the command table. */
export function Help({ screen, window, height, width }: PageProps) {
  return (
    <Rows
      line={(index) => HELP[index] ?? null}
      top={window.top}
      height={height}
      width={width}
      search={screen.search}
    />
  );
}

/** Columns that the keys take, with a gap. */
const KEYS = Math.max(...HELP_LINES.map(({ keys }) => keys.join(" ").length)) + 2;

/** Lines of the help. Keys of one group stand together; what the marks mean comes last. */
export const HELP: readonly (readonly Span[])[] = [
  ...Object.entries(GROUPS).flatMap(([group, title]) =>
    section(
      title,
      HELP_LINES.filter((line) => line.group === group).map(({ keys, help }) => [keys.join(" "), help]),
    ),
  ),
  ...section(
    "Marks",
    Object.entries(GLYPHS).map(([name, glyph]) => [glyph, LEGEND[name as GlyphName]]),
  ),
].slice(1);

function section(title: string, lines: readonly (readonly [string, string])[]): readonly (readonly Span[])[] {
  return [
    [span("")],
    [span(title, "title")],
    ...lines.map(([left, right]) => [span(`  ${fill(left, KEYS)}`, "accent"), span(right)]),
  ];
}
