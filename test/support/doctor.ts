/** `gunicov doctor --json` on a project, and what its lines say. */
import { join } from "node:path";
import { execa } from "execa";
import { expect } from "vitest";
import type { Finding, LineId, WrongKind } from "../../src/doctor/finding.ts";
import { environment, ROOT } from "./machine.ts";

export interface Looked {
  readonly code: number | undefined;
  readonly findings: readonly Finding[];
  line(id: LineId): Finding;
}

/** Runs it. `before`: words in front of the command (`unshare …`). */
export async function doctor(
  directory: string,
  env: Readonly<Record<string, string>> = {},
  words: readonly string[] = [],
  before: readonly string[] = [],
): Promise<Looked> {
  const [program = "node", ...rest] = [...before, process.execPath, join(ROOT, "bin", "gunicov")];
  const { exitCode, stdout, stderr } = await execa(program, [...rest, "doctor", "--json", ...words], {
    cwd: directory,
    env: environment(env),
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  expect(stderr).toBe("");
  const said = JSON.parse(stdout) as { findings: readonly Finding[]; exit_code: number };
  expect(said.exit_code).toBe(exitCode);
  const line = (id: LineId) => {
    const found = said.findings.find((one) => one.id === id);
    if (!found) throw new Error(`doctor says nothing of ${id}: ${stdout}`);
    return found;
  };
  return { code: exitCode, findings: said.findings, line };
}

/** That this line is ✗, of this kind, and says what and what to do. A test sees to it that each line has one (lines.test.ts). */
export function makesWrong(id: LineId, looked: Looked, kind: WrongKind, text: RegExp, fix: RegExp): void {
  const found = looked.line(id);
  expect(found).toMatchObject({ id, state: "wrong", kind });
  expect(found.text).toMatch(text);
  expect(found.fix).toMatch(fix);
  expect(found.text).not.toContain("\n");
}

/** Ids of the lines in this state. */
export function inState(looked: Looked, state: Finding["state"]): readonly LineId[] {
  return looked.findings.filter((one) => one.state === state).map((one) => one.id);
}
