/** Bars made of blocks. */
import type { Tone } from "../../../screen/span.ts";
import { type Span, span } from "../../../screen/span.ts";

/** A bar of `width` columns filled to a share of 0 to 1. Full only when the share is 1, empty only when it is 0. */
export function meter(share: number, width: number, tone: Tone): readonly Span[] {
  const bounded = Math.max(0, Math.min(1, share));
  let filled = Math.round(bounded * width);
  if (bounded > 0 && filled === 0) filled = 1;
  if (bounded < 1 && filled === width) filled = width - 1;
  return [span("█".repeat(Math.max(0, filled)), tone), span("░".repeat(Math.max(0, width - filled)), "dim")];
}
