/** Takes secrets out of a text: those whose values are known, and what looks like one. */
import { isSecretName, type Secret } from "./secrets.ts";

/** What stands in the place of one whose name is not known. */
export const HIDDEN = "***";

/** Shorter values are only taken out as a whole word: `test` is no secret in `tests`. */
const LONG = 12;

export type Redact = (text: string) => string;

/** A function that takes these secrets, and whatever looks like one, out of a text. `<NAME>` stands in the place of a known one. */
export function redactor(secrets: readonly Secret[]): Redact {
  const names = new Map<string, string>();
  for (const { name, value } of secrets) for (const form of formsOf(value)) names.set(form, name);
  if (names.size === 0) return withoutLookalikes;
  const longestFirst = [...names.keys()].toSorted((a, b) => b.length - a.length);
  const known = new RegExp(longestFirst.map(pattern).join("|"), "g");
  return (text) => withoutLookalikes(text.replace(known, (value) => `<${names.get(value)}>`));
}

/** As it stands in JSON, in a Python string and in an address. */
function formsOf(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  return [...new Set([value, json, json.replaceAll("'", "\\'"), encodeURIComponent(value)])];
}

function pattern(value: string): string {
  const literal = value.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  if (value.length >= LONG) return literal;
  const before = /^\w/.test(value) ? "(?<!\\w)" : "";
  return `${before}${literal}${/\w$/.test(value) ? "(?!\\w)" : ""}`;
}

/** Names are bounded: a text of one endless word must not be looked at once for each of its characters. */
type Rule = readonly [RegExp, (...groups: string[]) => string];

const RULES: readonly Rule[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, () => HIDDEN],
  [/\beyJ[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]+/g, () => HIDDEN],
  [/(:\/\/)[^\s/@"'<>]+@/g, (_, slashes) => `${slashes}${HIDDEN}@`],
  [
    /\b(authorization|x-api-key|(?:set-)?cookie)(["']?\s*[:=]\s*["']?)(?:(?:bearer|basic|token)\s+)?(?!<\w+>)[^\s"',]+/gi,
    (_, header, between) => `${header}${between}${HIDDEN}`,
  ],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, (_, scheme) => `${scheme} ${HIDDEN}`],
  // NAME=value, also in an address's query.
  [
    /(?<![\w.-])([A-Za-z_][\w.-]{0,80})=("[^"]*"|'[^']*'|(?!<\w+>)[^\s,;&'")\]}]+)/g,
    (whole, name) => (isSecretName(name) ? `${name}=${HIDDEN}` : whole),
  ],
  // 'NAME': 'value'
  [
    /(?<![\w-])([A-Za-z_][\w-]{0,80})(\\?["']?\s*:\s*\\?)("(?!<\w+>")[^"]+"|'(?!<\w+>')[^']+')/g,
    (whole, name, between) => (isSecretName(name) ? `${name}${between}"${HIDDEN}"` : whole),
  ],
  // --name value
  [
    /(?<![\w-])(--?[A-Za-z][\w-]{0,80})(\s+)(?!<\w+>)([^\s-]\S*)/g,
    (whole, flag, blank) => (isSecretName(flag) ? `${flag}${blank}${HIDDEN}` : whole),
  ],
];

function withoutLookalikes(text: string): string {
  // Nearly no line has any of it.
  if (!/[=:]|--|bearer|basic|eyJ/i.test(text)) return text;
  return RULES.reduce((left, [found, instead]) => left.replace(found, instead), text);
}
