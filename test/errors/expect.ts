/** gunicov's real command, as a person at a prompt would run it, and what it must say where something is wrong. */
import { join } from "node:path";
import { execa } from "execa";
import { expect } from "vitest";
import type { FailureKind } from "../../src/core/failure.ts";
import { faultsOf, ofType, parseFact } from "../support/facts.ts";
import { environment, ROOT } from "../support/machine.ts";

export interface Ended {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Runs `gunicov` with these words in a directory. */
export async function gunicov(
  words: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const began = performance.now();
  const { exitCode, stdout, stderr } = await execa("node", [join(ROOT, "bin", "gunicov"), ...words], {
    cwd,
    env: environment(env),
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  return { code: exitCode, stdout, stderr, ms: performance.now() - began };
}

export interface Expected {
  readonly kind: FailureKind;
  readonly exit: number;
  readonly message: RegExp;
  readonly fix: RegExp;
  /** Said before the server is restarted for it. */
  readonly early?: true;
  /** Milliseconds in which all is said and done. */
  readonly within?: number;
}

/** A stack trace of ours: people can do nothing with it. */
const OURS = /^\s+at .*(?:dist|src|node:)|gunicov_(?:helper|runner)\/.*", line|UnhandledPromise/m;

/** Runs it twice, for people and for programs: both must say the same one thing, and how to go on. */
export async function expectError(
  words: readonly string[],
  cwd: string,
  expected: Expected,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const [text, json] = await Promise.all([gunicov(words, cwd, env), gunicov([...words, "--json"], cwd, env)]);
  expectText(text, expected);
  expectFacts(json, expected);
  if (expected.within !== undefined) expect(Math.max(text.ms, json.ms)).toBeLessThan(expected.within);
}

function expectText({ code, stdout, stderr }: Ended, expected: Expected): void {
  const said = `${stdout}\n${stderr}`;
  expect(said).toMatch(expected.message);
  expect(said).toMatch(expected.fix);
  expect(said).not.toMatch(OURS);
  expect(said.match(/^(error|gunicov): /gm), said).toHaveLength(1);
  expect(code).toBe(expected.exit);
}

function expectFacts({ code, stdout, stderr }: Ended, expected: Expected): void {
  const facts = stdout.split("\n").map(parseFact);
  const errors = ofType(facts, "error");
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({
    kind: expected.kind,
    message: expect.stringMatching(expected.message),
    fix: expect.stringMatching(expected.fix),
  });
  if (expected.early) expect(ofType(facts, "server.ready")).toEqual([]);
  expect(errors[0]?.message, "one line").not.toContain("\n");
  expect(errors[0]?.detail ?? "").not.toMatch(OURS);
  expect(facts.at(-1)).toMatchObject({ type: "cycle.finished", exit_code: expected.exit });
  expect(faultsOf(facts, true)).toEqual([]);
  expect(stderr).toBe("");
  expect(code).toBe(expected.exit);
}
