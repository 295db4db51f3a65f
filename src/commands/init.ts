/** `gunicov init`: writes what a project needs for gunicov, after it has shown it and asked. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, relative } from "node:path";
import { createInterface } from "node:readline/promises";
import { readAnswers } from "../adapters/host/answers.ts";
import { projectFiles } from "../adapters/host/project-files.ts";
import type { Asked } from "../config/arguments.ts";
import { readEnvironment } from "../config/environment.ts";
import { flagLayer } from "../config/flags.ts";
import { configOf, entriesOf, type Layer, layered } from "../config/layers.ts";
import { loadConfig } from "../config/load.ts";
import type { FileConfig } from "../config/schema.ts";
import { FAILURE_EXIT, type Failure, failure } from "../core/failure.ts";
import { ok, type Result } from "../core/result.ts";
import { addressFor } from "../discover/address.ts";
import { projectRoot } from "../discover/discover.ts";
import type { Discovery } from "../discover/discovery.ts";
import { settle } from "../discover/settle.ts";
import { quoted } from "../discover/words.ts";
import type { Plan } from "../init/change.ts";
import { OVERRIDE } from "../init/compose.ts";
import { diffOf } from "../init/diff.ts";
import { hostFiles } from "../init/files.ts";
import { planOf } from "../init/plan.ts";
import { undoAll, writeAll } from "../init/write.ts";
import { INSTALLED } from "../installed.ts";
import { ask, canAsk } from "./ask.ts";
import type { Command } from "./command.ts";
import { complain } from "./complain.ts";
import { systemSurvey } from "./survey.ts";

/** Nobody was there to ask, and nothing was written. */
const NOT_WRITTEN = 2;

/** What is mounted into the server: the names there, and the files that gunicov has. */
const HOOK_FILES = [
  ["gunicov_hook.py", "dist/gunicov_hook.py"],
  ["gunicov_hook/take_over.py", "python/gunicov_hook/take_over.py"],
  ["start/sitecustomize.py", "python/start/sitecustomize.py"],
] as const;

const CONTAINERS_GO_ON =
  "Containers that were started with it still name its files. Start them anew without it: docker compose up -d";

const say = (text: string) => void process.stdout.write(`${text}\n`);

/** Exit code 0: it is as it should be, or the answer was no. 2: nothing was written, and why. */
export const init: Command = async (asked) => {
  const loaded = await loadConfig(process.cwd(), asked.config);
  const root =
    loaded.ok && loaded.value.file !== null ? loaded.value.root : projectRoot(process.cwd(), existsSync);
  if (asked.undo) return await undo(root);
  if (!loaded.ok) return complain(loaded.failure, asked.json);
  const environment = readEnvironment(process.env);
  if (!environment.ok) return complain(environment.failure, asked.json);
  const settled = await discoverWith(root, [loaded.value.layer, environment.value], asked);
  if (!settled.ok) return complain(settled.failure, asked.json);
  const found = settled.value;
  const { server } = found.config;
  if (!server?.service && !server?.container && !server?.command)
    return complain(nothingFound(found), asked.json);
  const hook = Object.fromEntries(
    await Promise.all(
      HOOK_FILES.map(async ([name, from]) => [name, await readFile(`${INSTALLED}${from}`, "utf8")] as const),
    ),
  );
  const plan = planOf({ ...found, addressed: addressedBy(found) }, hostFiles, hook, process.cwd());
  for (const note of plan.notes) say(`note: ${note}`);
  if (plan.changes.length === 0) {
    say("Nothing to write: all that gunicov needs is there.");
    return asked.up ? start(plan) : 0;
  }
  for (const change of plan.changes)
    say(`\n${diffOf(change, relative(process.cwd(), change.path)).join("\n")}`);
  const answer = asked.yes ? true : await agreed("Write this?");
  if (answer === null) {
    say("\nNothing was written: there is no terminal to ask on. Write it with gunicov init --yes.");
    return NOT_WRITTEN;
  }
  if (!answer) {
    say("Nothing was written.");
    return 0;
  }
  const written = await writeAll(root, plan.changes);
  if (!written.ok) return complain(written.failure, asked.json);
  say(`\nWritten: ${written.value.join(", ")}. Take it back with gunicov init --undo.`);
  const { up, next } = plan;
  const starts = up !== null && (asked.up || (!asked.yes && (await agreed(`Run ${quoted(up)} now?`))));
  if (starts) return start(plan);
  sayNext([...(up === null ? [] : [quoted(up)]), ...next]);
  return 0;
};

/** Runs the command that starts the containers, as if it had been typed. Gives its exit code. */
function start({ up, next }: Plan): number {
  const [program, ...words] = up ?? [];
  if (program !== undefined) {
    say(`\n$ ${quoted([program, ...words])}`);
    const { status, error } = spawnSync(program, words, { stdio: "inherit" });
    if (error !== undefined) return complain(noProgram(program, error), false);
    if (status !== 0) return status ?? FAILURE_EXIT["no-service"];
  }
  sayNext(next);
  return 0;
}

function noProgram(program: string, error: Error): Failure {
  const fix =
    "Install Docker with compose, or start the containers in your own way, with compose.gunicov.yaml.";
  return failure("no-command", `${program} can't be run: ${error.message}.`, fix);
}

/** What is said already is settled, and is part of the configuration that is planned for. */
async function discoverWith(root: string, said: readonly Layer[], asked: Asked): Promise<Result<Discovery>> {
  const { local } = asked.flags;
  const force = layered([...said, flagLayer(asked.flags, process.cwd())], local);
  const given = entriesOf(force.config).filter(([key]) => force.origin(key)?.from !== "default");
  const asker = canAsk(asked.json) && !asked.yes ? ask : null;
  const kept = await readAnswers(root);
  const settled = await settle(root, systemSurvey(), { config: configOf(given), local }, kept, asker);
  if (!settled.ok) return settled;
  const { discovery } = settled.value;
  const config: FileConfig = configOf([...new Map([...entriesOf(discovery.config), ...given])]);
  return ok({ ...discovery, config });
}

/** What the tests read of the environment, as `discover` looks for it. */
function addressedBy({ root, config }: Discovery) {
  return (address: string) => {
    const given = { config: {}, local: false };
    const part = addressFor(address, projectFiles(root), config.tests?.source ?? [], given, false);
    return part.config.tests?.env ?? null;
  };
}

async function undo(root: string): Promise<number> {
  const taken = await undoAll(root);
  if (!taken.ok) return complain(taken.failure, false);
  say(taken.value.length === 0 ? "Nothing was left to take back." : `Taken back: ${taken.value.join(", ")}`);
  if (taken.value.some((path) => basename(path) === OVERRIDE)) say(CONTAINERS_GO_ON);
  return 0;
}

/** Null: nobody can be asked. */
async function agreed(question: string): Promise<boolean | null> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return null;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await lines.question(`\n${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

function sayNext(commands: readonly string[]): void {
  say("Next:");
  for (const command of commands) say(`  ${command}`);
}

function nothingFound({ root, missing }: Discovery): Failure {
  const [first] = missing;
  const message = `Nothing in ${root} tells how gunicorn is started.`;
  return (
    first ??
    failure("config", message, "Start gunicov init in the project, or name its service: --service NAME")
  );
}
