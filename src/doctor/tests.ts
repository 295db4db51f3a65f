/** The tests: their command, what it collects, where its requests go. */
import { count } from "../core/text.ts";
import type { Knock, Requests, ServerFacts, TestsFacts } from "../ports/examination.ts";
import { type Finding, notNeeded, right, unknown, wrong } from "./finding.ts";

/** `place`: where they run. */
export function testsLine({ program, cwd }: TestsFacts, place: string): Finding {
  return right("tests", `${place}: ${program} in ${cwd}`);
}

export function pytestLine({ interpreter, pytest, plugins }: TestsFacts): Finding {
  if (interpreter === null) return notNeeded("pytest", "the command is not pytest");
  if (pytest === null) return unknown("pytest", `pytest of ${interpreter} said nothing`);
  return right("pytest", [`pytest ${pytest}`, ...plugins, interpreter].join(", "));
}

export function collectionLine(facts: TestsFacts): Finding {
  const { interpreter, collected, errors, said, exit_code: code } = facts;
  if (interpreter === null) return unknown("collection", "only running the command tells which tests it has");
  const last = lastWords(said);
  if (errors > 0) {
    const text = `${count(errors, "file")} can't be collected: ${last}`;
    return wrong(
      "collection",
      "no-tests",
      text,
      "Correct what pytest says: run the command with --collect-only.",
    );
  }
  if (collected === 0 || code === 5) {
    const fix = "Give `command` under [tool.gunicov.tests] the path of the system tests.";
    return wrong("collection", "no-tests", "pytest collects no test", fix);
  }
  if (collected === null) {
    const text = `pytest ended before it collected${code === null ? "" : ` (exit code ${code})`}: ${last}`;
    return wrong(
      "collection",
      "no-tests",
      text,
      "Correct what pytest says: run the command with --collect-only.",
    );
  }
  return right("collection", count(collected, "test"));
}

/** What pytest says went wrong, in a line. */
function lastWords(said: string): string {
  const lines = said.split("\n");
  const marked = lines.findLast((line) => /^E\s+\S/.test(line));
  const named = lines.findLast((line) => /^ERROR\b|\berror: /i.test(line));
  return (marked ?? named ?? lines.at(-1) ?? "").replace(/^E\s+/, "");
}

const RUN = "gunicov doctor --run runs one test, and looks whether a request comes.";

/** Whether requests of the tests reach the server, by connections that were made from where they run. */
export function requestsLine(server: ServerFacts, knocks: readonly Knock[]): Finding {
  const listens = server.addresses.join(", ") || "an address that can't be seen";
  const there = knocks.find(({ arrived }) => arrived);
  if (there !== undefined) {
    return right(
      "requests",
      `a connection from the tests to ${placeOf(there)} (${there.why}) has arrived at gunicorn`,
    );
  }
  const [first] = knocks;
  if (first === undefined) return unknown("requests", "nothing tells the address that the tests use", RUN);
  const fix = `gunicorn listens at ${listens}, as the server sees it: correct the address (${first.why}).`;
  if (knocks.every(({ refused }) => refused !== null)) {
    const text = `From the tests, ${placeOf(first)} (${first.why}) does not answer: ${first.refused}`;
    return wrong("requests", "no-requests", text, fix);
  }
  const answering = knocks.find(({ refused }) => refused === null) ?? first;
  if (server.addresses.some((one) => one.startsWith("unix:"))) {
    const text = `${placeOf(answering)} answers; gunicorn listens at ${listens}, where no connection can be seen`;
    return unknown("requests", text, RUN);
  }
  const text = `${placeOf(answering)} (${answering.why}) answers, and nothing has arrived at gunicorn (${listens}): a proxy, or another server`;
  return unknown("requests", text, RUN);
}

/** Whether a request has come between two moments; null: nobody can tell. */
export function reached(
  server: ServerFacts,
  before: Requests | null,
  after: Requests | null,
): boolean | null {
  if (before === null || after === null) return null;
  if (after.served > before.served) return true;
  if (server.counts && after.served === 0) return false;
  const tcp = server.addresses.length > 0 && !server.addresses.some((one) => one.startsWith("unix:"));
  return tcp && before.connections !== null && before.connections === after.connections ? false : null;
}

/** What one real test (`--run`) has shown. */
export function ranLine(test: string, came: boolean | null, server: ServerFacts): Finding {
  if (came === true) return right("requests", `${test} was run, and a request has reached the workers`);
  if (came === null)
    return unknown("requests", `${test} was run; these workers don't tell whether a request came`);
  const listens = server.addresses.join(", ") || "an address that can't be seen";
  const text = `${test} was run, and no request has reached the workers`;
  const fix = `gunicorn listens at ${listens}, as the server sees it: have the tests ask it there. (Or that test sends none.)`;
  return wrong("requests", "no-requests", text, fix);
}

function placeOf({ host, port }: Knock): string {
  return `${host}:${port}`;
}
