/** How the rows of a terminal are shared out: never more than there are. */

export interface Wants {
  readonly rows: number;
  /** Lines that the box of an error or a warning would like. */
  readonly problem: number;
  /** Something is filtered by. */
  readonly filters: boolean;
}

export interface Layout {
  readonly header: 0 | 1;
  readonly now: 0 | 1;
  readonly last: 0 | 1;
  readonly tabs: 0 | 1;
  readonly filters: 0 | 1;
  readonly problem: number;
  readonly body: number;
  readonly footer: 0 | 1;
}

/**
 * Rows of each part; their sum is at most `rows`. What is under way stays longest; the body gets at least three
 * rows before anything else but that has one.
 */
export function layout({ rows, problem, filters: narrowed }: Wants): Layout {
  const footer = rows >= 5 ? 1 : 0;
  const now = rows >= 1 ? 1 : 0;
  const last = rows >= 7 ? 1 : 0;
  const tabs = rows >= 8 ? 1 : 0;
  const header = rows >= 9 ? 1 : 0;
  // What is left out of a list is said wherever the list itself has room.
  const filters = narrowed && rows >= 6 ? 1 : 0;
  const room = Math.max(0, rows - footer - now - last - tabs - header - filters);
  const box = Math.min(problem, Math.max(0, room - 3), Math.max(1, Math.floor(room / 2)));
  return { header, now, last, tabs, filters, problem: box, body: room - box, footer };
}

/** Rows of the failures view: the list, a line between, and what the one at the cursor has to say. */
export function splitFailures(
  body: number,
  items: number,
): { readonly list: number; readonly preview: number } {
  if (body < 6 || items === 0) return { list: body, preview: 0 };
  const list = Math.max(1, Math.min(items, Math.floor(body / 3)));
  return { list, preview: body - list - 1 };
}

/** Rows of the timings view: the table, a line between, and a line for each fast path of the cycle at the cursor. */
export function splitTimings(
  body: number,
  fastPaths: number,
): { readonly table: number; readonly fastPaths: number } {
  const wanted = fastPaths + 1;
  return fastPaths === 0 || body < wanted + 5
    ? { table: body, fastPaths: 0 }
    : { table: body - wanted, fastPaths };
}

/** Rows of a table: the total goes last, the titles before it. Of several totals a small table has the last. */
export function splitTable(
  body: number,
  totals: number,
): { readonly title: 0 | 1; readonly rows: number; readonly total: number } {
  const total = Math.min(totals, body < 4 ? 1 : totals, body);
  const title = body - total >= 2 ? 1 : 0;
  return { title, rows: Math.max(0, body - total - title), total };
}
