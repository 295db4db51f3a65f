/** Which variables of an environment look as if their values were secret, and what these are. */

export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** A word of a name, at its end or before `_`, `-` or a number: `KeyError` and `author` are no secrets. */
const WORD =
  /(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|KEY|(?:^|[_-])(?:DSN|PASS|PWD|AUTH|COOKIE))(?:S|ID)?\d*(?=[_-]|$)/i;
/** What holds a place, not the secret itself. `PWD` is where a shell is. */
const PLACE = /(?:^(?:OLD)?PWD|[_-](?:FILE|PATH|DIR|HOME|SOCK|NAME))$/i;
/** Shorter ones would take words out of every line. */
const SHORTEST = 4;
const PLAIN = /^(?:true|false|none|null|yes|no|on|off|\d{1,5})$/i;
const USER_INFO = /[a-z][\w+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/gi;

export function isSecretName(name: string): boolean {
  return WORD.test(name) && !PLACE.test(name);
}

/** What has to be hidden of an environment: values of secret-looking variables, and passwords in addresses. */
export function secretsOf(environment: Readonly<Record<string, string | undefined>>): readonly Secret[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const passwords = [...value.matchAll(USER_INFO)].map(([, password = ""]) => password);
    const whole = isSecretName(name) ? [value.trim(), ...value.split("\n").map((line) => line.trim())] : [];
    const values = new Set([...whole, ...passwords, ...passwords.map(decoded)]);
    return [...values].filter(isTelling).map((one) => ({ name, value: one }));
  });
}

function isTelling(value: string): boolean {
  return value.length >= SHORTEST && !PLAIN.test(value) && !value.startsWith("-----");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** An environment of lines `NAME=value`, as containers and `.env` files have it. */
export function variablesOf(lines: readonly string[] | null | undefined): Readonly<Record<string, string>> {
  const pairs = (lines ?? []).map((line) => /^\s*(?:export\s+)?([^=\s]+)\s*=([\s\S]*)$/.exec(line));
  return Object.fromEntries(
    pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? "", plainOf(pair[2] ?? "")]])),
  );
}

function plainOf(value: string): string {
  return /^\s*(["'])([\s\S]*)\1\s*$/.exec(value)?.[2] ?? value;
}
