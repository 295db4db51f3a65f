import { clean, count } from "../../../core/text.ts";
import { verdict } from "../../../core/verdict.ts";
import type { Snapshot } from "../../../engine/handle.ts";
import { GLYPHS } from "../../../screen/glyphs.ts";
import { type Segment, type Span, segment, span, type Tone } from "../../../screen/span.ts";
import { afterBlock } from "./block.ts";
import { Row } from "./row.tsx";

export interface HeaderProps {
  readonly version: string;
  readonly snapshot: Snapshot;
  readonly width: number;
}

/** Narrower than this, what is watched needs the room more than the version does. */
const ROOMY = 90;

/** First line: the verdict, gunicov, the server and how it is, what is watched. */
export function Header({ version, snapshot, width }: HeaderProps) {
  const segments = [
    segment(5, span("gunicov", "accent"), ...(width < ROOMY ? [] : [span(` ${version}`, "dim")])),
    segment(9, ...server(snapshot)),
    segment(6, ...generation(snapshot)),
    watching(snapshot),
    segment(1, ...(snapshot.content.note === null ? [] : [span(clean(snapshot.content.note), "dim")])),
  ];
  return <Row spans={afterBlock(verdict(snapshot), segments, width)} width={width} />;
}

type ServerState = Snapshot["content"]["server"]["state"];

const STATES: Readonly<
  Record<ServerState, { readonly glyph: string; readonly tone: Tone; readonly words: string }>
> = {
  looking: { glyph: GLYPHS.here, tone: "dim", words: "looking for the server" },
  up: { glyph: GLYPHS.up, tone: "good", words: "up" },
  restarting: { glyph: GLYPHS.here, tone: "warning", words: "restarting" },
  "boot-error": { glyph: GLYPHS.failed, tone: "error", words: "does not boot" },
  gone: { glyph: GLYPHS.failed, tone: "error", words: "gone" },
};

function server({ content }: Snapshot): readonly Span[] {
  const { glyph, tone, words } = STATES[content.server.state];
  const { name } = content.server;
  const mark = span(`${glyph} `, tone);
  return name === null
    ? [mark, span(words, tone)]
    : [mark, span(clean(name), "strong"), span(` ${words}`, tone)];
}

function generation({ content }: Snapshot): readonly Span[] {
  const { generation: number, workers } = content.server;
  if (number === null) return [];
  const staffed = workers > 0 ? ` · ${count(workers, "worker")}` : "";
  return [span(`generation ${number}${staffed}`, "dim")];
}

function watching({ state, watched }: Snapshot): Segment {
  if (state.paused) {
    const held = state.held > 0 ? `, ${count(state.held, "change")} held` : "";
    return segment(8, span(`${GLYPHS.paused} paused${held}`, "warning"));
  }
  if (watched.length === 0) return segment(4, span("watching nothing", "warning"));
  return segment(4, span(`watching ${watched.map((path) => clean(path)).join(", ")}`, "dim"));
}
