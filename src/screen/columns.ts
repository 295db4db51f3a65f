/** Which columns of a table fit into a width, and how wide each is. */

export interface ColumnSpec<Id extends string = string> {
  readonly id: Id;
  /** Narrower than this, the column is left out. */
  readonly min: number;
  /** Wider than this, it has nothing to show. */
  readonly max: number;
  /** The lowest goes first when room is short. */
  readonly priority: number;
}

/** Columns between two cells. */
export const GAP = 2;

/**
 * Widths of the columns that fit, in the given order. Columns are taken by priority while their least widths fit;
 * what is left over widens them, again by priority. The most important one is always there, cut if it must be.
 */
export function fitColumns<Id extends string>(
  specs: readonly ColumnSpec<Id>[],
  width: number,
): readonly { readonly id: Id; readonly width: number }[] {
  const byPriority = [...specs].sort((a, b) => b.priority - a.priority);
  const widths = new Map<Id, number>();
  let room = width + GAP;
  for (const [index, spec] of byPriority.entries()) {
    if (index > 0 && spec.min + GAP > room) continue;
    const least = Math.max(0, Math.min(spec.min, room - GAP));
    widths.set(spec.id, least);
    room -= least + GAP;
  }
  for (const spec of byPriority) {
    const least = widths.get(spec.id);
    if (least === undefined || room <= 0) continue;
    const wider = Math.min(room, Math.max(0, spec.max - least));
    widths.set(spec.id, least + wider);
    room -= wider;
  }
  return specs.flatMap((spec) => {
    const fitted = widths.get(spec.id);
    return fitted === undefined ? [] : [{ id: spec.id, width: fitted }];
  });
}
