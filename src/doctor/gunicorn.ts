/** gunicorn's master, its workers, and gunicov's hook in it. */
import type { Failure } from "../core/failure.ts";
import { cleanLines, count } from "../core/text.ts";
import type { ServerFacts } from "../ports/examination.ts";
import { type Finding, failed, notNeeded, right, unknown, wrong } from "./finding.ts";

export function gunicornLine({ gunicorn, python, pid, uid, busy, interpreter }: ServerFacts): Finding {
  const versions = [
    gunicorn === null ? [] : [`gunicorn ${gunicorn}`],
    python === null ? [] : [`Python ${python}`],
  ].flat();
  const who = `master ${pid}, uid ${uid}${versions.length === 0 ? `, ${interpreter ?? "Python"}` : `, ${versions.join(", ")}`}`;
  if (busy === null) return right("gunicorn", who);
  const helper = busy === 0 ? "" : ` (its helper there has pid ${busy})`;
  return right("gunicorn", `${who}; another gunicov is measuring it now${helper}`);
}

export function workersLine(facts: ServerFacts): Finding {
  const { workers, worker_class: kind, threads, preload, reload, boot_errors: errors, booted } = facts;
  if (!facts.hook || workers === null) return unknown("workers", "only gunicov's hook tells of them");
  const [error] = errors;
  if (error !== undefined) {
    const last = error.trimEnd().split("\n").at(-1)?.trim() ?? "";
    return wrong(
      "workers",
      "boot-error",
      `A worker does not boot: ${last}`,
      "Correct it: the server's log has the traceback.",
    );
  }
  const some = `${count(workers, "worker")} ${kind ?? ""}, ${count(threads ?? 1, "thread")}`;
  if (preload === true) {
    const text = `${some}; preload_app is on: a reload keeps the old code`;
    return wrong("workers", "config", text, "Switch preload_app (--preload) off in test mode.");
  }
  if (reload) {
    const text = `${some}; reload is on: gunicorn restarts workers by itself, beside gunicov`;
    return wrong("workers", "config", text, "Switch reload (--reload) off in test mode.");
  }
  if (booted.length < workers) {
    const text = `${some}; ${booted.length} of ${workers} have booted`;
    return unknown("workers", text, "Read the server's log, and try again in a moment.");
  }
  return right("workers", some);
}

/** `others`: a line for each other server in its place; `scalable`: it is a service of compose. */
export function replicasLine(others: readonly string[], scalable: boolean): Finding {
  const [first] = others;
  if (first !== undefined) {
    return wrong(
      "replicas",
      "replicas",
      first,
      "Scale the service to 1 while you measure: --scale SERVICE=1",
    );
  }
  return scalable ? right("replicas", "one") : notNeeded("replicas", "not a service of compose");
}

/** `why`: the failure that a cycle would end with where the hook is not in force. */
export function hookLine(facts: ServerFacts, why: Failure): Finding {
  const { hook, hook_version: version, misfit, off, named, own } = facts;
  if (hook && misfit !== null) return wrong("hook", "hook-version", misfit.message, misfit.fix);
  if (hook)
    return right("hook", `${version ?? "gunicov's hook"} is in force (${named ?? "imported by its config"})`);
  if (own !== null) {
    return right("hook", `a hook of the server's own writes to ${own}: totals are unproven`);
  }
  if (off && named !== null) {
    const fix = "Take GUNICOV=0 out of the server's environment, and start the server again.";
    return wrong("hook", "no-hook", "GUNICOV=0 in the server's environment turns the hook off", fix);
  }
  return failed("hook", why);
}

/** A server that has ended because the hook is not where its -c says: none, or the hook's line. */
export function missingHook({ detail = "" }: Failure): readonly Finding[] {
  const said = cleanLines(detail).findLast(
    (line) => /gunicov/.test(line) && /exist|missing|No module/i.test(line),
  );
  if (said === undefined) return [];
  const fix =
    "Mount gunicov's python/ directory where that -c says, or install the package there (pip install gunicov-hook) and say -c python:gunicov_hook.";
  return [wrong("hook", "no-hook", `gunicorn has ended: ${said.trim()}`, fix)];
}

/** Where coverage.py did not start, the record says why. */
export function startError({ record }: ServerFacts): Finding | null {
  if (record.start_error === null) return null;
  return failed("settings", {
    kind: "coverage-config",
    message: `coverage.py does not start in the workers: ${record.start_error}`,
    fix: "Correct its configuration; the next restart of the workers reads it again.",
  });
}
