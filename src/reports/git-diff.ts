/** What `git diff --unified=0` says: the lines of each file that are new. */

export interface NewLines {
  /** From the repository's root. */
  readonly path: string;
  /** Null: git tells no lines of it, as it does for what it takes for binary. */
  readonly lines: readonly number[] | null;
}

/** Files that are there now, with what is new in them; those of which only lines have gone have none. */
export function parseDiff(text: string): readonly NewLines[] {
  const found: NewLines[] = [];
  let lines: number[] = [];
  // Lines of a hunk may look like anything: as many are passed over as its head says.
  let left = 0;
  let header = "";
  for (const line of text.split("\n")) {
    if (left > 0) {
      if (!line.startsWith("\\")) left -= 1;
      continue;
    }
    if (line.startsWith("diff --git ")) header = line;
    else if (line.startsWith("+++ ")) {
      const path = pathOf(line.slice(4), "b/");
      lines = [];
      if (path !== null) found.push({ path, lines });
    } else if (line.startsWith("Binary files ")) {
      const path = binaryPath(header);
      if (path !== null && !line.endsWith(" and /dev/null differ")) found.push({ path, lines: null });
    } else {
      const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
      if (hunk === null) continue;
      const [removed, from, added] = [Number(hunk[1] ?? 1), Number(hunk[2]), Number(hunk[3] ?? 1)];
      for (let number = from; number < from + added; number += 1) lines.push(number);
      left = removed + added;
    }
  }
  return found;
}

/** The path of a `+++` line, as git writes it; null: the file is gone. */
function pathOf(text: string, prefix: string): string | null {
  // A name with a space has a tab behind it.
  const name = text.startsWith('"') ? unquoted(text) : text.replace(/\t$/, "");
  return name.startsWith(prefix) ? name.slice(prefix.length) : null;
}

/** `diff --git a/PATH b/PATH`: without a rename both halves are the same. */
function binaryPath(header: string): string | null {
  const rest = header.slice("diff --git ".length);
  if (rest.startsWith('"')) return pathOf(rest.slice(rest.length / 2 + 1), "b/");
  const half = rest.slice((rest.length + 1) / 2);
  return rest.slice(2, (rest.length - 1) / 2) === half.slice(2) ? half.slice(2) : null;
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** A name in git's quotes, which are C's; its bytes are UTF-8. */
function unquoted(text: string): string {
  const bytes: number[] = [];
  const inside = text.slice(1, text.lastIndexOf('"'));
  const encoder = new TextEncoder();
  for (const [piece, code] of inside.matchAll(/\\([0-7]{3}|.)|[^\\]+/gs)) {
    if (code === undefined) bytes.push(...encoder.encode(piece));
    else if (code.length === 3) bytes.push(Number.parseInt(code, 8));
    else bytes.push(ESCAPES[code] ?? code.charCodeAt(0));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
