/** The sentences of a Markdown text, as a person reads them. */

export interface Prose {
  /** Of paragraphs and list items. */
  readonly sentences: readonly string[];
  /** Of the cells of tables: many are a word or two, and say nothing of how a text reads as a whole. */
  readonly cells: readonly string[];
}

const FENCE = /^\s*(```|~~~)[\s\S]*?^\s*\1\s*$/gm;
const COMMENT = /<!--[\s\S]*?-->/g;
const HEADING = /^#+ .*$/gm;
const RULE_OF_TABLE = /^\s*\|[\s|:-]+\|\s*$/;
const ITEM = /^\s*(?:[-*+]|\d+\.)\s+/;
/** A full stop within a name (`pyproject.toml`) or a number is followed by no space. */
const END_OF_SENTENCE = /(?<=[.!?]["'”)\]*_]*)\s+/;

/** What stands in fences, in headings and in comments is no sentence. A code span counts as one word. */
export function proseOf(markdown: string): Prose {
  const text = markdown.replace(COMMENT, "").replace(FENCE, "\n").replace(HEADING, "");
  const [blocks, cells]: [string[], string[]] = [[], []];
  let open = false;
  for (const line of text.split("\n")) {
    if (/^\s*\|/.test(line)) {
      if (!RULE_OF_TABLE.test(line)) cells.push(...cellsOf(line));
      open = false;
    } else if (line.trim() === "") {
      open = false;
    } else if (open && !ITEM.test(line)) {
      blocks.push(`${blocks.pop()} ${line.trim()}`);
    } else {
      blocks.push(line.replace(ITEM, ""));
      open = true;
    }
  }
  return { sentences: blocks.flatMap(sentencesOf), cells: cells.flatMap(sentencesOf) };
}

function cellsOf(row: string): readonly string[] {
  return withPlainSpans(row)
    .split(/(?<!\\)\|/)
    .slice(1, -1);
}

function sentencesOf(block: string): readonly string[] {
  return withPlainSpans(block)
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim()
    .split(END_OF_SENTENCE)
    .filter((sentence) => wordCount(sentence) > 0);
}

function withPlainSpans(text: string): string {
  return text.replace(/(`+)[\s\S]*?[^`]\1(?!`)/g, "`code`");
}

export function wordCount(sentence: string): number {
  return sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
