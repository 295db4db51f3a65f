/** What gunicov has found in a project without a configuration, for people. */

export interface Finding {
  /** The key of the configuration: `server.service`. What has no key has a word for it: `compose`, `coverage`. */
  readonly key: string;
  readonly value: string;
  /** What says so: file and line, a container, the user. */
  readonly why: string;
}

export interface Found {
  readonly findings: readonly Finding[];
  /** What a cycle may need besides. */
  readonly missing: readonly { readonly message: string; readonly fix: string }[];
  /** The file that keeps the user's answers; null: nothing was asked. */
  readonly answers: string | null;
}

/** What to do about what was found, in one line. */
export const KEEP = "gunicov init writes this down; gunicov config shows all that counts.";

/** A line for each thing, with what says so. */
export function foundLines({ findings, missing, answers }: Found): readonly string[] {
  const width = Math.max(0, ...findings.map(({ key }) => key.length));
  const lines = findings.map(({ key, value, why }) => `${key.padEnd(width)}  ${value}  (${why})`);
  const kept =
    answers === null
      ? []
      : [`Your answers are kept in ${answers}. Remove that file, and gunicov asks again.`];
  return [...lines, ...missing.map(({ message, fix }) => `missing: ${message} ${fix}`), ...kept];
}
