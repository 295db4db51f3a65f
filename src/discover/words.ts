/** Shell text as words: enough of it to see which program is started, and with what. */
import { splitWords } from "../core/shell-words.ts";

/** The words of one command; of a script's line that ends within a quote, those up to there. */
export function wordsOf(text: string): readonly string[] {
  return splitWords(text).words;
}

/** A command of the project's own that only a shell can read, as the project has a shell read it. */
export function throughShell(text: string): readonly string[] {
  return ["sh", "-c", text];
}

/** A shell's command with words of its own: each is quoted where it has to be. */
export function quoted(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

/** The simple commands of a script or of `sh -c`, without comments, each with its line. */
export function commandsOf(script: string): readonly { readonly text: string; readonly line: number }[] {
  const whole = script.replace(/\\\r?\n/g, "  \u0000");
  let line = 1;
  return whole.split(/\r?\n/).flatMap((raw) => {
    const here = line;
    line += 1 + raw.split("\u0000").length - 1;
    const text = raw.replaceAll("\u0000", "").replace(/(^|\s)#.*$/, "");
    return splitCommands(text)
      .map((part) => part.trim().replace(/^(then|do|else|if|exec|\{|\()\s+/, ""))
      .filter((part) => part !== "")
      .map((part) => ({ text: part, line: here }));
  });
}

/** At `&&`, `||`, `;`, `|` and `&` outside of quotes. */
function splitCommands(text: string): readonly string[] {
  const parts = text.match(/(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^'"\\;&|]|[0-9]?>&[0-9])+|[;&|]+|['"]/g) ?? [];
  return parts.filter((part) => !/^[;&|]+$/.test(part));
}

/** `bash -c TEXT` → TEXT; null: it is no such thing. */
export function shellText(words: readonly string[]): string | null {
  const at = words.findIndex((word) => /^(.*\/)?(ba|da|z|a)?sh$/.test(word));
  const flag = at < 0 ? -1 : words.findIndex((word, index) => index > at && /^-[a-z]*c$/.test(word));
  return flag < 0 || words.slice(at + 1, flag).some((word) => !word.startsWith("-"))
    ? null
    : (words[flag + 1] ?? null);
}

/** The last part of a path. */
export function baseOf(path: string): string {
  return path.split("/").at(-1) ?? path;
}

export function sameWords(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, index) => word === other[index]);
}
