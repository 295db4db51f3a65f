/** What is found in a project, where no configuration says where the server is. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { ANSWERS, keepAnswers, readAnswers } from "../adapters/host/answers.ts";
import { type Flags, flagLayer } from "../config/flags.ts";
import { configOf, entriesOf, type Layer, layered, NO_LAYER } from "../config/layers.ts";
import type { Loaded } from "../config/load.ts";
import { distrust } from "../config/trust.ts";
import { failure } from "../core/failure.ts";
import type { Found } from "../core/found.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { projectRoot } from "../discover/discover.ts";
import type { Discovery, Given } from "../discover/discovery.ts";
import { type Ask, settle } from "../discover/settle.ts";
import { systemSurvey } from "./survey.ts";

export interface Sought {
  readonly loaded: Loaded;
  readonly layer: Layer;
  /** Null: nothing was sought. */
  readonly found: Found | null;
}

/** What the user says, in file and environment. */
interface Said {
  readonly loaded: Loaded;
  readonly environment: Layer;
  readonly flags: Flags;
}

/** Seeks only where neither file nor environment says where the server is. `ask` null: nobody can be asked. `tell`: somebody waits at a terminal. */
export async function seek(said: Said, ask: Ask | null, tell: boolean): Promise<Result<Sought>> {
  const { loaded, environment, flags } = said;
  if (isSaid(said)) return ok({ loaded, layer: NO_LAYER, found: null });
  const root = loaded.file === null ? projectRoot(loaded.root, existsSync) : loaded.root;
  const doubt = foreign(root);
  if (doubt !== null) return fail(doubt);
  if (tell)
    process.stderr.write(
      `gunicov: no configuration says where the server is: looks in ${root} for it and its tests\n`,
    );
  const given = givenBy(said);
  const settled = await settle(root, systemSurvey(), given, await readAnswers(root), ask);
  if (!settled.ok) return settled;
  const { discovery, answers } = settled.value;
  if (Object.keys(answers).length > 0) await keepAnswers(root, answers);
  const nowhere = [environment.config, flagLayer(flags, root).config, discovery.config].every(
    ({ server }) => !server?.service && !server?.container && !server?.command,
  );
  if (nowhere) return fail(nothingIn(discovery, flags.local));
  const found: Found = {
    findings: discovery.findings,
    missing: discovery.missing.map(({ message, fix }) => ({ message, fix })),
    answers: Object.keys(answers).length > 0 ? ANSWERS : null,
  };
  return ok({ loaded: { ...loaded, root }, layer: layerOf(discovery), found });
}

function isSaid({ loaded, environment, flags }: Said): boolean {
  const tables = [loaded.layer.config.server ?? {}, environment.config.server ?? {}];
  const { local } = flags;
  return tables.some(
    ({ service, container, command }) =>
      command !== undefined || (!local && (service ?? container) !== undefined),
  );
}

function givenBy({ loaded, environment, flags }: Said): Given {
  const force = layered([loaded.layer, environment, flagLayer(flags, process.cwd())], flags.local);
  const own = entriesOf(force.config).filter(([key]) => force.origin(key)?.from !== "default");
  return { config: configOf(own), local: flags.local };
}

function layerOf({ config, findings }: Discovery): Layer {
  const why = (key: string) => findings.find((one) => one.key === key)?.why ?? "what was found beside it";
  return { config, origin: (key) => ({ from: "found", why: why(key) }) };
}

/** Makefile, Procfile and compose files name commands, as a configuration does. */
function foreign(root: string) {
  const uid = process.geteuid?.() ?? null;
  const why = distrust(join(root, "gunicov.toml"), [statSync(root).uid], { uid, env: process.env });
  return why === null
    ? null
    : failure(
        why.kind,
        why.message.replace(join(root, "gunicov.toml"), root),
        why.fix.replace(/, or name it: .*$/, "."),
      );
}

/** The first that is missing says most; the others are more to read. */
function nothingIn({ missing, root }: Discovery, local: boolean) {
  const [first, ...more] = missing.filter(({ kind }) => kind === "config");
  const help = "gunicov init asks and writes a configuration; gunicov doctor looks at each part.";
  const detail = [...more.map(({ message }) => message), help].join("\n");
  if (first === undefined)
    return failure(
      "config",
      `Nothing below ${root} says where the server is.`,
      "Name its compose service: --service NAME.",
      detail,
    );
  const message = local ? `--local needs the server's command. ${first.message}` : first.message;
  return failure("config", message, first.fix, detail);
}
