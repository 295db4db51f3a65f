/** Editors that are known by the name of their program: how each is told a line, and which have a window of their own. */

interface Kind {
  readonly names: readonly string[];
  /** It has a window: the terminal is not for it, and nobody waits until it is closed. */
  readonly window: boolean;
  readonly place: (path: string, line: number) => readonly string[];
}

const plus: Kind["place"] = (path, line) => [`+${line}`, path];
const colon: Kind["place"] = (path, line) => [`${path}:${line}`];
const dashes: Kind["place"] = (path, line) => ["--line", `${line}`, path];

const KINDS: readonly Kind[] = [
  {
    names: ["code", "code-insiders", "code-oss", "codium", "vscodium", "cursor", "windsurf"],
    window: true,
    place: (path, line) => ["--goto", `${path}:${line}`],
  },
  { names: ["subl", "sublime_text", "zed", "zeditor", "geany"], window: true, place: colon },
  {
    names: [
      "idea",
      "pycharm",
      "pycharm-community",
      "pycharm-professional",
      "charm",
      "kate",
      "kwrite",
      "mate",
    ],
    window: true,
    place: dashes,
  },
  { names: ["gvim", "mvim", "emacsclient", "gedit", "xed", "bbedit"], window: true, place: plus },
  { names: ["hx", "helix"], window: false, place: colon },
];

/** Options with which an editor of one kind is of the other. */
const IN_TERMINAL: Readonly<Record<string, RegExp>> = {
  emacsclient: /^(?:-t|-nw|--tty|--no-window-system)$/,
};
const IN_WINDOW: Readonly<Record<string, RegExp>> = { vim: /^-g$/, vi: /^-g$/ };

/** What an editor's words are called by: the program's name, without its directory and what systems put behind it. */
export function editorName(program: string): string {
  const name = program.split("/").at(-1) ?? program;
  return name.replace(/\.(?:sh|exe|cmd|bat)$/, "");
}

/** Whether the editor has a window of its own. One that is not known is taken for a terminal's. */
export function hasWindow(program: string, options: readonly string[]): boolean {
  const name = editorName(program);
  if (options.some((option) => IN_TERMINAL[name]?.test(option))) return false;
  return kindOf(name)?.window === true || options.some((option) => IN_WINDOW[name]?.test(option));
}

/** The words that name a place to the editor: `+8 file`, as vi has it, where nothing else is known. */
export function placeWords(program: string, path: string, line: number | null): readonly string[] {
  if (line === null) return [path];
  return (kindOf(editorName(program))?.place ?? plus)(path, line);
}

function kindOf(name: string): Kind | undefined {
  return KINDS.find(({ names }) => names.includes(name));
}
