/** A text as a shell's words. Null: a quote is left open. */
export function shellWords(text: string): readonly string[] | null {
  const { words, open } = splitWords(text);
  return open ? null : words;
}

/** Blanks are between words, quotes and backslashes are as in sh, variables stay as they are written. `open`: a quote is left open. */
export function splitWords(text: string): { readonly words: readonly string[]; readonly open: boolean } {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? "";
    const next = text[at + 1] ?? "";
    if (quote !== "") {
      if (letter === quote) quote = "";
      else if (quote === '"' && letter === "\\" && '"\\$`'.includes(next) && next !== "") {
        word = `${word ?? ""}${next}`;
        at += 1;
      } else word = `${word ?? ""}${letter}`;
    } else if (letter === "'" || letter === '"') {
      quote = letter;
      word ??= "";
    } else if (/\s/.test(letter)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (letter === "\\" && next !== "") {
      word = `${word ?? ""}${next}`;
      at += 1;
    } else word = `${word ?? ""}${letter}`;
  }
  if (word !== null) words.push(word);
  return { words, open: quote !== "" };
}
