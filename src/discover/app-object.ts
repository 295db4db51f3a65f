/** An application that gunicorn can serve, in the project's code. */
import { dirname } from "node:path";
import type { ProjectFiles } from "../ports/survey.ts";
import { requires } from "./python.ts";
import { isBelow } from "./test-directories.ts";
import { baseOf } from "./words.ts";

export interface AppObject {
  /** `shop.wsgi:application` */
  readonly target: string;
  /** Where imports start, from the root; `.` for the root. */
  readonly directory: string;
  /** Null: gunicorn's own. */
  readonly workerClass: string | null;
  readonly why: string;
  /** A usual name for the file that holds it: `wsgi.py`, `main.py`. */
  readonly usual: boolean;
}

const MADE =
  /^(app|application|api|server)\s*(?::\s*[\w.]+\s*)?=\s*(?:[\w.]+\.)?(Flask|FastAPI|Starlette|Quart|Litestar|Bottle|App|API|Application|AsyncApp|FlaskApp|get_wsgi_application|get_asgi_application|(?:create|make|build|get)_app(?:lication)?)\(/m;
const FACTORY = /^def ((?:create|make|build)_app(?:lication)?)\(\s*(?:\w+[^=,)]*=[^,)]*(?:,\s*)?)*\)/m;
/** An application without any framework, WSGI's or ASGI's. */
const PLAIN = /^(?:async )?def (app|application)\(\s*(?:environ|env|scope)\b/m;
const ASGI = new Set(["FastAPI", "Starlette", "Quart", "Litestar", "get_asgi_application", "AsyncApp"]);
const USUAL = ["wsgi.py", "asgi.py", "app.py", "main.py", "application.py", "server.py", "api.py"];

/** All that are there, the likeliest first. `tests`: directories of tests, from the root. */
export function appObjects(files: ProjectFiles, tests: readonly string[]): readonly AppObject[] {
  const code = files.paths.filter(
    (path) =>
      path.endsWith(".py") &&
      !tests.some((one) => one !== "." && isBelow(path, one)) &&
      !/(^|\/)(tests?|examples?|docs?|migrations|scripts)\//.test(path),
  );
  const found = code.flatMap((path) => inFile(path, files) ?? []);
  const made = found.filter(({ target }) => !target.endsWith("()"));
  const all = made.length > 0 ? made : found;
  const sorted = all.toSorted((a, b) => rank(a) - rank(b));
  return sorted.filter((one) => !sorted.some((other) => other !== one && serves(other, one, files)));
}

/** What wsgi.py serves is the application of the file that it imports; Django's asgi.py beside it is the same one. */
function serves(entry: AppObject, other: AppObject, files: ProjectFiles): boolean {
  const [name, of] = [lastPart(entry), lastPart(other)];
  if (name === "wsgi" && of === "asgi") return dirname(entry.why) === dirname(other.why);
  if ((name !== "wsgi" && name !== "asgi") || of === "wsgi" || of === "asgi") return false;
  const text = files.text(entry.why.split(":")[0] ?? "") ?? "";
  // A package's own __init__.py is imported by the package's name.
  return new RegExp(`(from|import)\\s+[\\w.]*\\b${of}\\b|from\\s+\\S+\\s+import\\s+${of}\\b`).test(text);
}

function lastPart({ target }: AppObject): string {
  return target.split(":")[0]?.split(".").at(-1) ?? "";
}

function rank({ target, usual }: AppObject): number {
  const name = `${target.split(":")[0]?.split(".").at(-1)}.py`;
  return usual ? USUAL.indexOf(name) : USUAL.length;
}

function inFile(path: string, files: ProjectFiles): AppObject | null {
  const text = files.text(path) ?? "";
  const made = MADE.exec(text);
  const factory = made === null ? FACTORY.exec(text) : null;
  const imported =
    made === null && factory === null && /^(wsgi|asgi)\.py$/.test(baseOf(path))
      ? /^from .+ import (?:.*\b)?(app|application)\b/m.exec(text)
      : null;
  const plain = made === null && factory === null ? PLAIN.exec(text) : null;
  const match = made ?? factory ?? imported ?? plain;
  if (match === null) return null;
  const name = factory === null ? match[1] : `${match[1]}()`;
  const { module, directory } = moduleOf(path, files);
  const line = text.slice(0, match.index).split("\n").length;
  const isAsgi =
    made !== null &&
    (ASGI.has(made[2] ?? "") ||
      (/(create|make|build|get)_app/.test(made[2] ?? "") && /fastapi|starlette/i.test(text)));
  const asgi =
    isAsgi || (made === null && /\b(FastAPI|Starlette)\(|^async def app(lication)?\(\s*scope/m.test(text));
  return {
    target: `${module}:${name}`,
    directory,
    workerClass: asgi ? workerClass(files) : null,
    why: `${path}:${line}`,
    usual: USUAL.includes(baseOf(path)),
  };
}

function workerClass(files: ProjectFiles): string {
  return requires(files, "uvicorn[-_]worker")
    ? "uvicorn_worker.UvicornWorker"
    : "uvicorn.workers.UvicornWorker";
}

/** A package goes up as far as there is an `__init__.py`; `src` is none. */
function moduleOf(path: string, files: ProjectFiles) {
  const parts = [baseOf(path).replace(/\.py$/, "")];
  let directory = dirname(path);
  while (directory !== "." && directory !== "src" && files.exists(`${directory}/__init__.py`)) {
    parts.unshift(baseOf(directory));
    directory = dirname(directory);
  }
  // A directory without one is a package too, where the code says its name.
  if (
    directory !== "." &&
    directory !== "src" &&
    baseOf(directory) !== "src" &&
    importedAs(baseOf(directory), files) &&
    !files.exists(`${directory}/manage.py`)
  ) {
    parts.unshift(baseOf(directory));
    directory = dirname(directory);
  }
  return { module: (parts.at(-1) === "__init__" ? parts.slice(0, -1) : parts).join("."), directory };
}

function importedAs(name: string, files: ProjectFiles): boolean {
  const pattern = new RegExp(`^\\s*(from|import)\\s+${name.replace(/\W/g, "\\$&")}\\b`, "m");
  return files.paths.some((path) => path.endsWith(".py") && pattern.test(files.text(path) ?? ""));
}
