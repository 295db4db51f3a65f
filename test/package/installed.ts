/** The packages that bin/package builds, installed in clean places, and the Nodes that they meet there. */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { environment, ROOT, run, temporaryDirectory } from "../support/machine.ts";

export interface Packages {
  readonly npm: string;
  readonly wheel: string;
  readonly hook: string;
}

/** Built once: bin/test names the directory where it has done so already. */
export async function builtPackages(): Promise<Packages> {
  const built = process.env.GUNICOV_TEST_PACKAGES || (await temporaryDirectory("packages"));
  if (!process.env.GUNICOV_TEST_PACKAGES) await run([join(ROOT, "bin/package"), built]);
  const names = await readdir(built);
  const find = (pattern: RegExp) => join(built, names.find((name) => pattern.test(name)) ?? "none");
  return { npm: find(/\.tgz$/), wheel: find(/^gunicov-.*\.whl$/), hook: find(/^gunicov_hook-.*\.whl$/) };
}

/** The directory of a Node of that version, from npm's package `node`; kept in .cache. */
export async function nodeOf(version: string): Promise<string> {
  const prefix = join(ROOT, ".cache", `node-${version}`);
  const bin = join(prefix, "node_modules/node/bin");
  if (!existsSync(join(bin, "node")))
    await run(["npm", "install", "--no-audit", "--no-fund", "--prefix", prefix, `node@${version}`]);
  return bin;
}

/** The Node that runs the tests, which is new enough. */
export const OWN_NODE = dirname(process.execPath);

/** A PATH with the demo's Python and nothing else that is needed: no Node but that in `node`, if any. */
export async function pathWith(node: string | null, directory: string): Promise<string> {
  const tools = join(directory, "tools");
  if (!existsSync(tools)) {
    await mkdir(tools);
    for (const name of ["sh", "dirname", "git"]) await symlink(`/usr/bin/${name}`, join(tools, name));
  }
  return [...(node === null ? [] : [node]), join(ROOT, ".venv/bin"), tools].join(":");
}

export interface Cycle {
  readonly code: number | undefined;
  readonly totals: Readonly<Record<string, unknown>> | undefined;
  readonly complete: boolean;
  readonly node: string;
  readonly stderr: string;
}

/** `gunicov demo --once` in `directory`, by this program: what it reported, and the Node that it ran on. */
export async function demoCycle(program: string, path: string, directory: string): Promise<Cycle> {
  const log = `${directory}.log`;
  const words = ["demo", directory, "--once", "--json", "--log", log];
  const ran = await execa(program, words, {
    env: environment({ PATH: path }),
    extendEnv: false,
    reject: false,
    stdin: "ignore",
  });
  const facts = linesOf(ran.stdout);
  const report = facts.findLast((fact) => fact.type === "report");
  return {
    code: ran.exitCode,
    totals: report?.totals as Cycle["totals"],
    complete: report?.complete === true && (report.reasons as readonly string[]).length === 0,
    node: linesOf(await readFile(log, "utf8")).find((line) => line.what === "gunicov")?.node as string,
    stderr: ran.stderr,
  };
}

function linesOf(text: string): readonly Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
