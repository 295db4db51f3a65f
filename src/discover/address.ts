/** How tests on this machine learn where the server is. */
import type { ProjectFiles } from "../ports/survey.ts";
import { type Given, NO_PART, type Part, type Question } from "./discovery.ts";
import { isBelow } from "./test-directories.ts";

interface Read {
  readonly name: string;
  readonly fallback: string | null;
  readonly where: string;
}

const READ =
  /\b(?:os\.)?(?:environ\.get|getenv|environ\.setdefault|environ)\s*[([]\s*["'](\w+)["']\s*(?:,\s*f?["']([^"']*)["'])?/g;
const URL_NAME = /(URL|URI|ENDPOINT|ADDRESS|BASE|SERVER|HOST|TARGET)$/;
const HARD = /["'](https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d+))/;

/**
 * `address`: that of a published port; `http://127.0.0.1:{port}` where that is known only when the server runs; null: not
 * known. `own`: gunicov starts the server, and chooses its port.
 */
export function addressFor(
  address: string | null,
  files: ProjectFiles,
  tests: readonly string[],
  given: Given,
  own: boolean,
): Part {
  if (given.config.tests?.env !== undefined || address === null) return NO_PART;
  const paths = files.paths.filter(
    (path) =>
      path.endsWith(".py") &&
      tests.some((one) => isBelow(path, one) || isBelow(path, one.split("/")[0] ?? one)),
  );
  const reads = paths.flatMap((path) => readsIn(path, files.text(path) ?? ""));
  const [host, port] = [
    reads.find(({ name }) => /HOST(NAME)?$/.test(name) && !isUrl(name, reads)),
    reads.find(({ name }) => /PORT$/.test(name)),
  ];
  const urls = distinct(reads.filter(({ name }) => URL_NAME.test(name) && isUrl(name, reads)));
  const later = address.includes("{port}");
  const [only, ...more] = urls;
  if (only !== undefined && more.length > 0) return { ...NO_PART, questions: [which(urls, address)] };
  if (only !== undefined) {
    const path = /^https?:\/\/[^/]+(\/.*)?$/.exec(only.fallback ?? "")?.[1] ?? "";
    const value = `${address}${path}`;
    // It says already what is right.
    if (!later && only.fallback !== null && sameAddress(only.fallback, address)) return NO_PART;
    return env({ [only.name]: value }, only.where);
  }
  const at = /^https?:\/\/([^:/]+):(.+)$/.exec(address);
  if (host !== undefined && port !== undefined && at !== null) {
    if (!later && port.fallback === at[2] && /^(localhost|127\.0\.0\.1)$/.test(host.fallback ?? ""))
      return NO_PART;
    return env({ [host.name]: at[1] ?? "", [port.name]: at[2] ?? "" }, host.where);
  }
  return own && given.config.server?.port === undefined ? hardPort(paths, files) : NO_PART;
}

function readsIn(path: string, text: string): readonly Read[] {
  return [...text.matchAll(READ)].map((match) => ({
    name: match[1] ?? "",
    fallback: match[2] ?? null,
    where: `${path}:${text.slice(0, match.index).split("\n").length}`,
  }));
}

/** A name of an address: by its default, else by the name itself. Databases have addresses too. */
function isUrl(name: string, reads: readonly Read[]): boolean {
  const fallback = reads.find((one) => one.name === name && one.fallback !== null)?.fallback ?? null;
  if (
    /(DATABASE|DB|REDIS|BROKER|POSTGRES|PG|MYSQL|MONGO|AMQP|RABBIT|SENTRY|S3|AWS|SMTP|MAIL|CACHE|CELERY|KAFKA|ELASTIC|PROXY)/.test(
      name,
    )
  )
    return false;
  if (fallback !== null) return /^https?:\/\//.test(fallback);
  return /(URL|URI|ENDPOINT)$/.test(name) || name === "BASE" || name === "SERVER";
}

function distinct(reads: readonly Read[]): readonly Read[] {
  return reads
    .filter((one, index) => reads.findIndex(({ name }) => name === one.name) === index)
    .map((one) => ({
      ...one,
      fallback: reads.find(({ name, fallback }) => name === one.name && fallback !== null)?.fallback ?? null,
    }));
}

function sameAddress(one: string, other: string): boolean {
  const port = (text: string) => /^https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d+)/.exec(text)?.[1];
  return port(one) !== undefined && port(one) === port(other);
}

function env(values: Record<string, string>, where: string): Part {
  const text = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return {
    ...NO_PART,
    config: { tests: { env: values } },
    findings: [{ key: "tests.env", value: text.join(" "), why: `the tests read it: ${where}` }],
  };
}

/** A variable's whole setting is the answer. */
function which(urls: readonly Read[], address: string): Question {
  return {
    key: "tests.env",
    text: "Which variable tells the tests where the server is?",
    answers: urls.map(({ name, where }) => ({ value: `${name}=${address}`, why: where })),
  };
}

/** The address is written into the tests: the server has to be there. */
function hardPort(paths: readonly string[], files: ProjectFiles): Part {
  for (const path of paths) {
    const text = files.text(path) ?? "";
    const match = HARD.exec(text);
    if (match === null) continue;
    const where = `${path}:${text.slice(0, match.index).split("\n").length}`;
    return {
      ...NO_PART,
      config: { server: { port: Number(match[2]) } },
      findings: [{ key: "server.port", value: match[2] ?? "", why: `the tests have ${match[1]} (${where})` }],
    };
  }
  return NO_PART;
}
