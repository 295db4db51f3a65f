/** The names in a text that a reader would type, look up or open: commands, options, keys, files, variables. */

export type NameKind =
  | "gunicov"
  | "program"
  | "flag"
  | "table"
  | "key"
  | "setting"
  | "variable"
  | "page"
  | "file"
  | "press"
  | "code";

export interface Name {
  readonly kind: NameKind;
  /** As it stands in the text; of a `key` with its table: `server.port`. */
  readonly name: string;
}

/** One word of a command: an option, a placeholder in capitals, what is put in. */
const WORD = String.raw`(?:--?[a-z][\w-]*|[A-Z]+(?:=[A-Z]+)?\b|…|--)`;
const TABLE = "server|tests|coverage|watch|also";
const FILES = "py|pyc|toml|md|ya?ml|txt|cfg|ini|json|sh|pth";

const RULES: readonly (readonly [NameKind, RegExp])[] = [
  ["gunicov", new RegExp(String.raw`\bgunicov ((?:--?[a-z][\w-]*|[a-z]+)(?: ${WORD})*)`, "g")],
  [
    "program",
    /(?<![\w.-])(pip install [a-z][\w-]*|(?:docker compose|docker|docker-compose|git|apt-get) [a-z][a-z-]+|python3\b)/g,
  ],
  ["flag", /(?<![\w-])(--[a-z][a-z-]+)/g],
  ["table", /(\[\[?(?:tool\.)?gunicov[\w.]*\]?\])/g],
  ["key", new RegExp(String.raw`(?<![\w./-])((?:${TABLE})\.[a-z_]+)\b(?!\()`, "g")],
  ["setting", /(?<![\w./])([a-z]+_[a-z_]+)(?![\w./]*\()/g],
  ["variable", /(?<![\w$])([A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]|GUNICOV|\$[A-Z]+)\b/g],
  ["page", /(?<![\w/])((?:README\.md|docs\/[\w/-]+\.md)(?:#[\w-]+|, “[^”]+”|, "[^"]+"|, [A-Z][^.,;)]*)?)/g],
  ["file", new RegExp(String.raw`(?<![\w*…])((?:[\w-]+/)*[\w.-]*\w\.(?:${FILES}))\b(?!['’]s? )`, "g")],
  ["press", /(?:\b[Pp]ress |\bagain with |\()([A-Za-z])(?=[.,;)]| on the screen| to | does )/g],
  ["code", /`([^`]+)`/g],
];

/** Keys that are named together with their table: `port = 0 under [tool.gunicov.server]`. */
const UNDER = new RegExp(
  String.raw`\b([a-z_]+)(?: = [^;:.]*?|\`)?(?:,)? under \[?\[tool\.gunicov\.(${TABLE})\]`,
  "g",
);

export function namesIn(text: string): readonly Name[] {
  const found = RULES.flatMap(([kind, rule]) =>
    [...text.matchAll(rule)].map(([, name = ""]) => ({ kind, name: name.trim() })),
  );
  const under = [...text.matchAll(UNDER)].map(([, key, table]) => ({
    kind: "key" as const,
    name: `${table}.${key}`,
  }));
  return [...found, ...under].filter(({ kind, name }) => !(kind === "key" && /\.(py|toml)$/.test(name)));
}
