/** A project as a table of its files, for what judges it. */
import { isAbsolute, join } from "node:path";
import { discover } from "../../src/discover/discover.ts";
import { type Discovery, type Given, NOTHING_GIVEN } from "../../src/discover/discovery.ts";
import type { ComposeAnswer, ProjectFiles, RunningContainer, Survey } from "../../src/ports/survey.ts";

export const ROOT = "/project";

interface World {
  readonly env?: Readonly<Record<string, string>>;
  /** Null: no engine answers. */
  readonly containers?: readonly RunningContainer[] | null;
  readonly compose?: ComposeAnswer;
  /** What images start, and their variables. */
  readonly images?: Readonly<Record<string, readonly string[]>>;
  readonly imageEnv?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly sameBytes?: boolean | null;
  readonly given?: Given;
  readonly root?: string;
}

export type Files = Readonly<Record<string, string>>;

export function filesOf(all: Files, root = ROOT): ProjectFiles {
  const at = (path: string) => (isAbsolute(path) ? path : join(root, path));
  const texts = new Map(Object.entries(all).map(([path, text]) => [at(path), text]));
  return {
    root,
    paths: [...texts.keys()]
      .filter((path) => path.startsWith(`${root}/`) && !path.includes("/."))
      .map((path) => path.slice(root.length + 1))
      .toSorted(),
    text: (path) => texts.get(at(path)) ?? null,
    exists: (path) => texts.has(at(path)) || [...texts.keys()].some((one) => one.startsWith(`${at(path)}/`)),
  };
}

/** What is found in these files. */
export async function found(all: Files, world: World = {}): Promise<Discovery> {
  const survey: Survey = {
    env: world.env ?? {},
    files: (root) => filesOf(all, root),
    compose: async () => world.compose ?? { type: "none" },
    containers: async () => (world.containers === undefined ? [] : world.containers),
    image: async (name) => {
      const [command, env] = [world.images?.[name], world.imageEnv?.[name]];
      return command === undefined && env === undefined ? null : { command: command ?? [], env: env ?? {} };
    },
    sameBytes: async () => world.sameBytes ?? null,
  };
  return await discover(world.root ?? ROOT, survey, world.given ?? NOTHING_GIVEN);
}

export const HTTP_TEST =
  'import requests\n\ndef test_it():\n    assert requests.get("http://web:8000/").ok\n';
export const UNIT_TEST = "def test_it():\n    assert True\n";

/** A container of compose that runs. */
export function container(
  service: string,
  processes: readonly string[],
  more: Partial<RunningContainer> = {},
): RunningContainer {
  return {
    name: `project_${service}_1`,
    image: "image",
    compose: { project: "project", service, directory: ROOT, files: [`${ROOT}/compose.yaml`] },
    processes,
    ...{ mounts: [], env: {}, workingDir: "/app", ports: [], ...more },
  };
}
