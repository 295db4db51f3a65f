/** A project as `gunicov init` finds it, without a disk. */
import type { Files } from "../../src/init/change.ts";
import type { Found, FoundService, FoundStart } from "../../src/init/found.ts";
import { planOf } from "../../src/init/plan.ts";

export const ROOT = "/p";

export function filesOf(texts: Readonly<Record<string, string>>): Files {
  const paths = Object.keys(texts).map((name) => `${ROOT}/${name}`);
  return {
    text: (path) => texts[path.slice(ROOT.length + 1)] ?? null,
    list: (directory) => {
      const below = paths.filter((path) => path.startsWith(`${directory}/`));
      const names = below.map((path) => path.slice(directory.length + 1));
      return [...new Set(names.map((name) => (name.includes("/") ? `${name.split("/")[0]}/` : name)))];
    },
  };
}

export const WEB: FoundService = {
  name: "web",
  image: null,
  build: { context: ROOT, dockerfile: "Dockerfile", target: null, args: {} },
  command: ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"],
  workingDir: "/app",
  volumes: [{ host: `${ROOT}/src`, inside: "/app/src" }],
  env: [],
  gunicornArgs: null,
  pythonPath: null,
  ports: [{ published: 8765, target: 8000 }],
};

/** A command of gunicorn's, as discovery tells of it. */
export function started(
  command: Partial<FoundStart["commands"][number]> = {},
  more: Partial<FoundStart> = {},
): FoundStart {
  return {
    commands: [{ where: "", config: null, open: false, ownPath: false, ...command }],
    ...{ imageEnv: {}, ownHook: null, ...more },
  };
}

export function foundWith(service: Partial<FoundService>, found: Partial<Found> = {}): Found {
  const services = [{ ...WEB, ...service }];
  const compose = {
    files: [`${ROOT}/compose.yaml`],
    directory: ROOT,
    services,
    readBy: "docker compose config",
  };
  return {
    root: ROOT,
    config: {
      server: { service: "web", source: ["src"] },
      tests: { command: ["pytest", "tests"], source: ["tests"] },
    },
    findings: [{ key: "tests.run" }],
    compose,
    started: started(),
    ...found,
  };
}

/** The texts that would be written, by the paths from the root; and the rest of the plan. */
export function planned(found: Found, texts: Readonly<Record<string, string>> = {}) {
  const plan = planOf(
    found,
    filesOf({ "compose.yaml": "services: {}\n", ...texts }),
    { "gunicov_hook.py": "# the hook\n", "start/sitecustomize.py": "# its start\n" },
    ROOT,
  );
  const written = Object.fromEntries(
    plan.changes.map(({ path, after }) => [path.slice(ROOT.length + 1), after]),
  );
  return { ...plan, written, override: written["compose.gunicov.yaml"] ?? "" };
}

/** The same project after all of it was written. */
export function afterwards(found: Found, texts: Readonly<Record<string, string>> = {}) {
  return planned(found, { ...texts, ...planned(found, texts).written });
}
