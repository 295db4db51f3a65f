/** Failures that need not say what to do, or name nothing, each with the reason. */

export interface Exception {
  /** Of the message. */
  readonly says: RegExp;
  readonly why: string;
}

export const NOTHING_TO_DO: readonly Exception[] = [
  { says: /cancelled\.?$|^The runner ends\.$/, why: "it was asked for: nobody reads it as an error" },
  { says: /^It is not known\.$/, why: "stands for a failure in a comparison with null, and is never told" },
  { says: /^… \(and … more\)$|^…$/, why: "a warning, or a line of doctor without a fault: passed on" },
];

export const NAMES_NOTHING: readonly Exception[] = [
  ...NOTHING_TO_DO,
  {
    says: /^A changed file does not compile\.$|^The new code does not boot: The new code/,
    why: "stands in where the helper gave no place; the detail below has the traceback",
  },
  {
    says: /^the tests' environment has changed/,
    why: "`stale`: gunicov starts the runner anew by itself, and nobody reads it",
  },
];
