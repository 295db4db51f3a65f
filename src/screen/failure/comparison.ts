/** What an assertion expected and what it got, as far as its text tells. */

export interface Comparison {
  readonly operator: string;
  readonly expected: string;
  readonly got: string;
  /** What was expected stands before the operator. */
  readonly leftIsMeant: boolean;
}

const OPERATORS = ["==", "!=", "not in", "in", "is not", "is", "<=", ">=", "<", ">"];
const LITERAL = /^(?:[bfru]{0,2}["']|[-+]?[\d.]|[[({]|(?:True|False|None)$)/i;

/**
 * `assert got == expected`, as pytest says it; which side was expected is seen in the source, where the one that is written out
 * is meant. Null: it compares nothing.
 */
export function comparison(errors: readonly string[], source: string): Comparison | null {
  const asserted = errors
    .map((one) => /(?:^|Error: )assert (.+)$/.exec(one)?.[1])
    .find((one) => one !== undefined);
  const parts = asserted === undefined ? null : split(asserted);
  if (parts === null) return null;
  const written = split(source.replace(/^>?\s*assert\s+/, "").replace(/,\s*(?:f?["']).*$/, ""));
  const [left, operator, right] = parts;
  const contains = operator === "in" || operator === "not in";
  const leftIsMeant = contains || (written !== null && LITERAL.test(written[0]) && !LITERAL.test(written[2]));
  return leftIsMeant
    ? { operator, expected: left, got: right, leftIsMeant }
    : { operator, expected: right, got: left, leftIsMeant };
}

/** Left side, operator, right side: at the first operator outside of quotes and brackets. */
function split(text: string): readonly [string, string, string] | null {
  let quote = "";
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? "";
    if (quote !== "") {
      if (letter === "\\") at++;
      else if (letter === quote) quote = "";
    } else if (letter === '"' || letter === "'") quote = letter;
    else if ("([{".includes(letter)) depth++;
    else if (")]}".includes(letter)) depth--;
    else if (letter === " " && depth === 0) {
      const operator = OPERATORS.find((one) => text.startsWith(`${one} `, at + 1));
      if (operator === undefined) continue;
      const right = text.slice(at + operator.length + 2).trim();
      return right === "" || at === 0 ? null : [text.slice(0, at), operator, right];
    }
  }
  return null;
}

/** Where a text differs from another: from the first to the last character that is not the same; null: nowhere. */
export function difference(text: string, other: string): readonly [number, number] | null {
  if (text === other) return null;
  let start = 0;
  while (start < Math.min(text.length, other.length) && text[start] === other[start]) start++;
  let end = 0;
  while (
    end < Math.min(text.length, other.length) - start &&
    text[text.length - 1 - end] === other[other.length - 1 - end]
  )
    end++;
  // Half of a character is none.
  if (/[\udc00-\udfff]/.test(text[start] ?? "") && start > 0) start--;
  let stop = text.length - end;
  if (/[\udc00-\udfff]/.test(text[stop] ?? "") && stop < text.length) stop++;
  return [start, stop];
}

/** The text of a string as Python writes it; null: it is none. */
export function unquoted(text: string): string | null {
  const found = /^(?:[bfru]{0,2})(["'])([\s\S]*)\1$/i.exec(text);
  if (found === null) return null;
  return (found[2] ?? "").replace(/\\(["'\\])/g, "$1");
}

/** The line of a text that is most like what was looked for; null: none is like it. Lines end at `\n` as Python writes it. */
export function nearest(wanted: string, text: string): string | null {
  const pairs = bigrams(wanted);
  if (pairs.size === 0) return null;
  let best: { readonly share: number; readonly piece: string } | null = null;
  for (const piece of text.split(/\\n|\n/).map((one) => one.trim())) {
    const own = bigrams(piece);
    const common = [...pairs].filter((pair) => own.has(pair)).length;
    const share = common / pairs.size - Math.min(0.2, own.size / 1000);
    if (best === null || share > best.share) best = { share, piece };
  }
  return best !== null && best.share >= 0.4 ? best.piece : null;
}

function bigrams(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (let at = 0; at + 1 < text.length; at++) found.add(text.slice(at, at + 2));
  return found;
}
