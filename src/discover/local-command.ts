/** gunicorn's command, made fit for a server that gunicov starts itself on a free port. */
import { gunicornAt } from "./gunicorn-command.ts";
import { quoted, throughShell, wordsOf } from "./words.ts";

const BIND = "127.0.0.1:{port}";

/** The words with their address replaced, and without what would put it in the background or reload it. */
export function localWords(words: readonly string[]): readonly string[] {
  const at = gunicornAt(words);
  const head = words.slice(0, at + 1);
  const rest: string[] = [];
  const given = words.slice(at + 1);
  for (let index = 0; index < given.length; index++) {
    const word = given[index] ?? "";
    if (/^(-b|--bind|-p|--pid|--reload-engine|--error-logfile|--log-file|--access-logfile)$/.test(word))
      index++;
    else if (
      !/^(-b.+|--bind=.*|-p.+|--pid=.*|-D|--daemon|--reload|--reload-engine=.*|--(error-|access-)?log-?file=.*)$/.test(
        word,
      )
    )
      rest.push(word);
  }
  return [...head, "--bind", BIND, ...rest];
}

/** A command as a shell reads it, with words that only a shell understands; variables have their values where they are known. */
export function localCommand(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const plain = text.replace(
    /\$(?:\{(\w+)(?::?-([^}]*))?\}|([A-Za-z_]\w*))/g,
    (whole, braced, fallback, bare) => {
      const name = String(braced ?? bare);
      return env[name] ?? fallback ?? (name === "PORT" ? "8000" : whole);
    },
  );
  const variables = wordsOf(plain).findLastIndex((_, index, all) =>
    all.slice(0, index + 1).every((one) => /^[A-Za-z_]\w*=/.test(one)),
  );
  const words = wordsOf(plain).filter((word) => word !== "exec");
  const own = variables < 0 ? words : ["env", ...words];
  if (!/[$`|;&<>(]/.test(plain.replace(/'[^']*'/g, ""))) return localWords(own);
  // Other programs run before it.
  const parts = plain.split(/(&&|;)/);
  const fit = parts.map((part) =>
    gunicornAt(wordsOf(part)) < 0
      ? part
      : ` exec ${quoted(localWords(wordsOf(part).filter((word) => word !== "exec")))}`,
  );
  return throughShell(fit.join("").trim());
}
