/** The config file that gunicorn is given on its command line. */
import { gunicornAt, type Start } from "./gunicorn-command.ts";

export interface ConfigOption {
  /** `-c`'s value as it is written: a path, `python:module`, or a shell's variable; null: there is no `-c`. */
  readonly config: string | null;
  /** A word that only a shell knows stands beside it: `"$@"`, `$OPTIONS`. There may be a `-c` in it. */
  readonly open: boolean;
}

/** Options whose value is often a variable, which brings no option then. */
const VALUED =
  /^(-[bcegkntuw]|--(conf(ig?)?|bind|workers|worker-class|threads|timeout|graceful-timeout|keep-alive|log-level|name|user|group|chdir|pythonpath|max-requests|max-requests-jitter|(access|error)-logfile|worker-tmp-dir|forwarded-allow-ips|env|pid))$/;

export function configOption({ words }: Pick<Start, "words">): ConfigOption {
  const given = words.slice(gunicornAt(words) + 1);
  let config: string | null = null;
  for (const [index, word] of given.entries()) {
    // gunicorn takes the last one, and knows the option by its first letters too.
    if (/^(-c|--conf(ig?)?)$/.test(given[index - 1] ?? "")) config = word;
    else config = /^(?:-c|--conf(?:ig?)?=)(.+)$/s.exec(word)?.[1] ?? config;
  }
  const open = given.some((word, index) => word.startsWith("$") && !VALUED.test(given[index - 1] ?? ""));
  return { config, open };
}
