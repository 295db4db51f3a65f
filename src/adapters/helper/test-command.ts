/** What the tests' runner gets of their command. */
export interface TestCommand {
  readonly command: readonly string[];
  /** Working directory in the target; null: the target's own. */
  readonly cwd: string | null;
  /** User to run as, `uid`, `name` or `uid:gid`; null: the target's own. */
  readonly user: string | null;
  /** Known only once the server is there (its port, say). */
  readonly env: () => Readonly<Record<string, string>>;
  /** JUnit XML that it writes where it is not pytest: paths or patterns. */
  readonly junit: readonly string[];
  /** Seconds that a whole run may take. */
  readonly timeout: number;
  /** False: a new pytest is started for each run, and nothing is begun before its time. */
  readonly warm: boolean;
  /** "failed-first": the files of tests that failed lately go first. */
  readonly order: "pytest" | "failed-first";
}

/** The part of a request that says what is to run. */
export function programOf({ command, cwd, env }: TestCommand): object {
  return { command, env: env(), ...(cwd === null ? {} : { cwd }) };
}
