/** The projects in examples/ that have containers, each with its plain way: how server and system tests are started there. */
import { appendFile, cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT, run } from "../support/machine.ts";
import type { Section } from "./page.ts";

export interface Contained {
  /** In examples/. */
  readonly name: string;
  /** Its own, in names of directories and compose projects too. */
  readonly title: string;
  readonly section: Section;
  readonly file: string;
  readonly service: string;
  /** What its container runs, as the image has it, with `MEASURED` before gunicorn. */
  readonly server: string;
  /** The server's working directory, as the project has it. */
  readonly directory: string;
  readonly workers: number;
  readonly tests: { readonly service: string; readonly command: readonly string[] };
  /** Its containers run before gunicov comes. */
  readonly runs: boolean;
  /** What its user changes in the compose file before that. */
  readonly edit: readonly [string, string] | null;
  /** Lines that its user puts into .env, with or without gunicov. */
  readonly settings: readonly string[];
  /** What the table says of itself: nothing where it is proved. */
  readonly state: string | null;
}

const DJANGO: Contained = {
  name: "django",
  title: "django-sqlite",
  section: { page: "django.md", heading: "In containers" },
  file: "compose.yaml",
  service: "web",
  server: "until python manage.py migrate --no-input; do sleep 1; done; exec MEASURED gunicorn shop.wsgi",
  directory: "",
  workers: 2,
  tests: { service: "web", command: ["pytest", "-p", "no:cacheprovider"] },
  runs: false,
  edit: null,
  settings: [],
  state: null,
};

const ARTICLE: Contained = {
  name: "article",
  title: "article",
  section: { page: "from-shell-scripts.md", heading: "Keep your hook" },
  file: "compose.yaml",
  service: "server",
  server: "COVERAGE=0 exec MEASURED ./wallet.sh",
  directory: "",
  workers: 3,
  tests: { service: "tests", command: ["pytest", "-p", "no:cacheprovider", "test"] },
  runs: true,
  edit: null,
  settings: [],
  state: "unproven",
};

export const CONTAINED: readonly Contained[] = [
  {
    name: "flask",
    title: "flask",
    section: { page: "flask.md", heading: "Two commands" },
    file: "docker-compose.yml",
    service: "api",
    server:
      "exec MEASURED gunicorn --worker-class gthread --workers 2 --threads 4 --bind 0.0.0.0:80 lending.entrypoints.api:app",
    directory: "src",
    workers: 2,
    tests: { service: "api", command: ["pytest", "-p", "no:cacheprovider", "/tests/e2e"] },
    runs: false,
    edit: null,
    settings: [],
    state: null,
  },
  DJANGO,
  {
    ...DJANGO,
    title: "django-postgres",
    settings: ["COMPOSE_PROFILES=postgres", "DATABASE_URL=postgres://shop:shop@db/shop"],
  },
  ARTICLE,
  {
    ...ARTICLE,
    title: "article-hook",
    section: { page: "from-shell-scripts.md", heading: "Or let gunicov's hook measure" },
    edit: ['COVERAGE: "1"', 'COVERAGE: "0"'],
    state: null,
  },
];

/** A copy of its files in a directory that names its compose project. */
export async function layOutContained(example: Contained, project: string): Promise<void> {
  const { name, file, edit, settings } = example;
  await cp(join(ROOT, "examples", name), project, { recursive: true });
  if (edit !== null) {
    const text = await readFile(join(project, file), "utf8");
    if (!text.includes(edit[0])) throw new Error(`${file} does not have ${edit[0]}`);
    await writeFile(join(project, file), text.replace(...edit));
  }
  if (settings.length > 0) await appendFile(join(project, ".env"), `${settings.join("\n")}\n`);
}

/** What images are built on, where .ci/engine has made one: the official ones can't be pulled there. */
export async function baseImage(): Promise<Record<string, string>> {
  const name = "gunicov-base:debian";
  const made = await run(["docker", "image", "inspect", name]).catch(() => null);
  return made === null ? {} : { BASE_IMAGE: name };
}

/** A PostgreSQL on that base. */
export async function postgresImage(): Promise<string> {
  return await built("gunicov-postgres:debian", join(ROOT, "test/examples/postgres"));
}

const CACHED = new Map<string, Promise<string>>();

/** Has an example's image in the engine's cache, for all tests and the next time: it is built once, not in each project. */
export async function cached({ name }: Contained, env: Readonly<Record<string, string>>): Promise<void> {
  const base = env.BASE_IMAGE === undefined ? [] : ["--build-arg", `BASE_IMAGE=${env.BASE_IMAGE}`];
  const making = CACHED.get(name) ?? built(`gunicov-examples:${name}`, join(ROOT, "examples", name), base);
  CACHED.set(name, making);
  await making;
}

/** Gives the name. With the builder of all engines: BuildKit has a cache of its own. */
async function built(name: string, context: string, words: readonly string[] = []): Promise<string> {
  await run(["docker", "build", "-q", "-t", name, ...words, context], { env: { DOCKER_BUILDKIT: "0" } });
  return name;
}
