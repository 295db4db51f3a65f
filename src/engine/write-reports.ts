/** The cycle's last step: changed lines are judged, and all reports are written. */
import type { Settled } from "../core/event.ts";
import { markOf, type Report } from "../core/report.ts";
import { ok, type Result } from "../core/result.ts";
import type { Exported } from "../ports/server.ts";
import { judgeLines } from "./judge-lines.ts";
import { putTogether } from "./put-together.ts";
import { failed, type StepContext } from "./step-context.ts";

/** `value`: the cycle's report; null: it has none, and what can be told without one is told all the same. */
export async function writeReports(value: Report | null, context: StepContext): Promise<Settled> {
  const { publisher } = context.ports;
  const exported = value === null ? ok(null) : await exportWanted(value, context);
  if (!exported.ok && exported.failure.kind === "cancelled") return { status: "aborted" };
  const files = exported.ok ? exported.value : null;
  if (files !== null) context.checked(files.check);
  const report = files?.check.report ?? value;
  const judged = report === null ? ok(undefined) : await judge(report, context);
  const together = report === null ? ok(undefined) : await combineOthers(report, context);
  const published = await publisher.publish(context.content(), files);
  // Without coverage.py's files the report is kept for nobody: what they said would come twice.
  const kept = report === null || !exported.ok ? ok(undefined) : await context.keep(report, files);
  for (const one of [exported, judged, together, published, kept]) if (!one.ok) return failed(one.failure);
  return { status: "done", output: { step: "reporting" } };
}

/** coverage.py's own files, where they are asked for, or the program ends before it could keep them in the background. */
async function exportWanted(report: Report, context: StepContext): Promise<Result<Exported | null>> {
  const { server, publisher } = context.ports;
  const whole = report.complete && !report.partial;
  if (publisher.wanted.length === 0 && !(context.once && whole)) return ok(null);
  const formats = publisher.wanted.filter((kind) => kind !== "json");
  return await server.export(context.signal, { formats, mark: markOf(report) });
}

/** Says how much of the changed lines was run, where that is asked for. */
async function judge(report: Report, { ports, say, once }: StepContext): Promise<Result<void>> {
  const { wanted } = ports.changes;
  // In `watch` the last report of all tests keeps its judgement.
  if (wanted === null || (report.partial && !once)) return ok(undefined);
  const judged = await judgeLines(report, wanted.base, wanted.failUnder, ports);
  if (!judged.ok) return judged;
  say({ type: "diff", ...judged.value });
  return ok(undefined);
}

/** Says what the report comes to with other measurements. In `watch` nobody waits for that (background-also.ts). */
async function combineOthers(
  report: Report,
  { ports, say, signal, once }: StepContext,
): Promise<Result<void>> {
  return once && !report.partial ? await putTogether(report, ports, say, signal) : ok(undefined);
}
