/** A change as a unified diff. What init does to a file is in one place: one hunk is enough. */
import type { Change } from "./change.ts";

const CONTEXT = 3;

/** Lines to print. `name`: the path as people know it. */
export function diffOf({ before, after, about }: Change, name: string): readonly string[] {
  const [old, now] = [linesOf(before ?? ""), linesOf(after)];
  if (about !== undefined)
    return [`${before === null ? "new file" : "changed"}: ${name} (${about}, ${now.length} lines)`];
  let same = 0;
  while (same < old.length && same < now.length && old[same] === now[same]) same += 1;
  let end = 0;
  while (end < old.length - same && end < now.length - same && old.at(-1 - end) === now.at(-1 - end))
    end += 1;
  const from = Math.max(0, same - CONTEXT);
  const tail = Math.min(end, CONTEXT);
  const removed = old.slice(same, old.length - end);
  const added = now.slice(same, now.length - end);
  const rows = [
    ...old.slice(from, same).map((line) => ` ${line}`),
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
    ...old.slice(old.length - end, old.length - end + tail).map((line) => ` ${line}`),
  ];
  const shared = same - from + tail;
  return [
    before === null ? "--- /dev/null" : `--- a/${name}`,
    `+++ b/${name}`,
    `@@ -${rangeOf(from, shared + removed.length)} +${rangeOf(from, shared + added.length)} @@`,
    ...rows.flatMap((row) =>
      row.endsWith("\n") ? [row.slice(0, -1).replace(/\r$/, "")] : [row, "\\ No newline at end of file"],
    ),
  ];
}

function rangeOf(from: number, length: number): string {
  return `${length === 0 ? from : from + 1},${length}`;
}

/** Each with its line break. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
