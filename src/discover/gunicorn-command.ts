/** Whether a command starts gunicorn, itself or by a script of the project. */
import { baseOf, commandsOf, shellText, wordsOf } from "./words.ts";

export interface Start {
  /** gunicorn's own command line: from the word `gunicorn` on (`python -m gunicorn` too), with what stands before it. */
  readonly words: readonly string[];
  /** The text that says so, in the shell's form. */
  readonly text: string;
  /** File and line, from where the script was named; empty: the command says so itself. */
  readonly where: string;
  /** What is read before it gives Python a path of its own, without the one in the environment. */
  readonly ownPath: boolean;
}

/** The text of a script by the word that starts it, with its path for people; null: it is none of the project's. */
export type ReadScript = (word: string) => { readonly path: string; readonly text: string } | null;

const DEEP = 3;
/** Programs for which `gunicorn` is only a word. */
const OTHERS = new Set(
  "pip pip3 uv-pip apt apt-get apk yum conda echo printf pkill pgrep kill killall which type command grep rm cp mv touch mkdir chown chmod export cat test [ celery nginx".split(
    " ",
  ),
);

/** How `words` start gunicorn; null: they do not. */
export function gunicornStart(words: readonly string[], read: ReadScript): Start | null {
  return gunicornStarts(words, read)[0] ?? null;
}

/** All commands of gunicorn's that `words` may lead to: a script may have several, of which its variables choose one. */
export function gunicornStarts(words: readonly string[], read: ReadScript, depth = 0): readonly Start[] {
  const text = shellText(words);
  if (text !== null) return inScript(text, "", read, depth);
  if (startsIt(words)) {
    const text = words.join(" ");
    return [{ words, text, where: "", ownPath: setsPath(text) }];
  }
  if (depth >= DEEP) return [];
  for (const word of words) {
    const script = isOption(word) ? null : read(word);
    const found = script === null ? [] : inScript(script.text, script.path, read, depth + 1);
    if (found.length > 0) return found;
  }
  return [];
}

function inScript(text: string, path: string, read: ReadScript, depth: number): readonly Start[] {
  return commandsOf(text).flatMap(({ text: command, line }) => {
    // supervisord's and Procfile's lines: `command=gunicorn …`, `web: gunicorn …`.
    const bare = command.replace(/^command\s*=\s*/, "").replace(/^[\w-]+:\s+/, "");
    const here = path === "" ? "" : `${path}:${line}`;
    return gunicornStarts(wordsOf(bare), read, depth + (path === "" ? 1 : 0)).map((found) => ({
      ...found,
      where: found.where === "" ? here : found.where,
      ownPath: found.ownPath || setsPath(text),
    }));
  });
}

/** PYTHONPATH anew, or an interpreter that does not read it, or an environment that it is not in. */
function setsPath(text: string): boolean {
  return (
    /\bPYTHONPATH=(?!\S*\$\{?PYTHONPATH)/.test(text) ||
    /\bpython[\d.]*\s+-\w*[EI]\w*\s/.test(text) ||
    /\b(env\s+-i|sudo|su\s+-)\s/.test(text)
  );
}

/** gunicorn is the program of one simple command, behind wrappers perhaps: `poetry run`, `tini --`, `NAME=value`. */
function startsIt(words: readonly string[]): boolean {
  const at = gunicornAt(words);
  if (at < 0) return false;
  const before = words.slice(0, at);
  return !before.some(
    (word, index) => OTHERS.has(baseOf(word)) || (index > 0 && /^(install|add|remove|list|show)$/.test(word)),
  );
}

/** Where its name stands; -1: nowhere. */
export function gunicornAt(words: readonly string[]): number {
  return words.findIndex((word, index) => {
    if (baseOf(word) !== "gunicorn") return false;
    return word !== "gunicorn" || index === 0 || words[index - 1] !== "-c";
  });
}

function isOption(word: string): boolean {
  return word.startsWith("-") || word.includes("=");
}

/** Whether a process's command line is gunicorn's: what `top` shows of a container. */
export function isGunicornProcess(line: string): boolean {
  // With setproctitle it is `gunicorn: master [app:app]`.
  return (
    /^gunicorn: (master|worker)/.test(line) || (startsIt(wordsOf(line)) && !/^\S*(ba|da)?sh -c/.test(line))
  );
}
