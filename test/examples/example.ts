/** The projects in examples/, each with its plain way: how its server and its system tests are started without gunicov. */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../support/machine.ts";
import type { Section } from "./page.ts";

export interface Example {
  readonly name: string;
  /** Where its commands stand. */
  readonly section: Section;
  /** Files with its packages, or the packages themselves. */
  readonly packages: readonly string[];
  /** The plain server, and what is to be done once before it starts. */
  readonly server: readonly string[];
  readonly before: readonly string[] | null;
  /** A process that runs beside it, and is not measured: it is none of gunicorn's. */
  readonly beside: readonly string[] | null;
  /** For the server and the tests. */
  readonly environment: Readonly<Record<string, string>>;
  readonly tests: readonly string[];
  /** Workers of these end without exit handlers at SIGTERM, unless they are told not to. */
  readonly uvicorn: boolean;
}

const PORT = "{port}";

const INIT: Section = { page: "django.md", heading: "On your machine" };
const NO_CONFIGURATION: Section = { page: "fastapi.md", heading: "One command" };

type Its = Partial<Example> & Pick<Example, "section" | "server" | "environment">;

function example(name: string, its: Its): Example {
  const rest = {
    before: null,
    beside: null,
    tests: [],
    uvicorn: false,
    packages: ["-r", "requirements.txt"],
  };
  return { name, ...rest, ...its };
}

/** Those that run on this machine, without containers. `{port}` stands for a free port. */
export const EXAMPLES: readonly Example[] = [
  example("django", {
    section: INIT,
    server: ["gunicorn"],
    before: ["python", "manage.py", "migrate", "--no-input"],
    environment: { BIND: `127.0.0.1:${PORT}`, BASE_URL: `http://127.0.0.1:${PORT}` },
  }),
  example("fastapi", {
    section: NO_CONFIGURATION,
    packages: ["fastapi", "gunicorn", "uvicorn", "uvicorn-worker", "httpx", "coverage", "pytest"],
    server: [
      ...["gunicorn", "--worker-class", "uvicorn_worker.UvicornWorker", "--workers", "2"],
      ...["--bind", `127.0.0.1:${PORT}`, "--pythonpath", "src", "weather.api:app"],
    ],
    environment: { API_URL: `http://127.0.0.1:${PORT}` },
    tests: ["tests/system"],
    uvicorn: true,
  }),
  example("starlette", {
    section: NO_CONFIGURATION,
    server: ["gunicorn"],
    environment: { PORT, SERVICE_URL: `http://127.0.0.1:${PORT}` },
  }),
  example("worker", {
    section: INIT,
    server: ["gunicorn", "--workers", "2", "--bind", `127.0.0.1:${PORT}`, "jobs.web:app"],
    beside: ["python", "-m", "jobs.worker"],
    environment: { PORT, JOBS_URL: `http://127.0.0.1:${PORT}` },
  }),
];

/** A copy of an example's files in `directory`. */
export async function layOut({ name }: Example, directory: string): Promise<string> {
  const project = join(directory, name);
  await cp(join(ROOT, "examples", name), project, { recursive: true });
  return project;
}
