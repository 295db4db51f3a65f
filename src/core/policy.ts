/** The few choices in which `watch`, `run` and CI differ. */
export interface Policy {
  /** End after one cycle, with its exit code. */
  readonly once: boolean;
  /** What a change during a cycle does: start over at once, or wait for the end. */
  readonly onChange: "abort" | "queue";
  /** Silence needed before the first change after a rest starts a cycle, in ms: most saves are one file. */
  readonly firstQuietMs: number;
  /** The same once a second change has come, in ms: then more may follow. */
  readonly quietMs: number;
  /** A storm of changes is waited for at most this long, in ms. */
  readonly ceilingMs: number;
  /** The tests are to send requests: a run without any says nothing of them. */
  readonly requests: boolean;
}

export const WATCH: Policy = {
  once: false,
  onChange: "abort",
  firstQuietMs: 2,
  quietMs: 60,
  ceilingMs: 10_000,
  requests: true,
};
export const ONCE: Policy = { ...WATCH, once: true, onChange: "queue", firstQuietMs: 0, quietMs: 0 };
