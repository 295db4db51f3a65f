/** `gunicov doctor`: looks at the whole set-up, changes nothing, and says what is wrong with it. */
import chalk from "chalk";
import type { Failure } from "../core/failure.ts";
import { exitCode, type Finding, failed, LINES, type LineId } from "../doctor/finding.ts";
import { Findings } from "../doctor/findings.ts";
import { linesOfBlocked, linesOfFinding, type Paint, PLAIN, summaryOf } from "../doctor/lines.ts";
import { lookAtAll, lookAtMachine } from "../doctor/look/all.ts";
import type { Command } from "./command.ts";
import { openSettings } from "./settings.ts";

const COLOUR: Paint = (text, tone) =>
  ({ good: chalk.green, error: chalk.red.bold, warning: chalk.yellow, dim: chalk.dim, strong: chalk.bold })[
    tone
  ](text);

/** Where nobody says how wide the terminal is, lines are not wrapped. */
const ENDLESS = 10_000;

/** Gives 0, or the exit code of the first line that is wrong (docs/protocol.md). */
export const doctor: Command = async (asked, { log }) => {
  const terminal = process.stdout.isTTY === true;
  const width = terminal ? process.stdout.columns : ENDLESS;
  const paint = terminal && !process.env.NO_COLOR ? COLOUR : PLAIN;
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  const tell = (finding: Finding) => {
    log.note({ what: "finding", ...finding });
    if (!asked.json && finding.behind === null)
      for (const line of linesOfFinding(finding, width, paint)) say(line);
  };
  const findings = new Findings(tell);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  const opened = await openSettings(asked, log);
  if (opened.ok) await lookAtAll(opened.value, log, findings, asked.run, stop.signal);
  else await withoutSettings(opened.failure, findings);
  if (stop.signal.aborted) return 130;
  const all = findings.end();
  const code = exitCode(all);
  if (asked.json) say(JSON.stringify({ v: 1, type: "doctor", findings: all, exit_code: code }));
  else {
    for (const line of linesOfBlocked(all, width, paint)) say(line);
    say(`\n${summaryOf(all)}`);
  }
  return code;
};

/** What does not depend on the configuration is told all the same. */
async function withoutSettings(why: Failure, findings: Findings): Promise<void> {
  findings.add(failed("configuration", why));
  const machine: readonly LineId[] = ["engine", "compose", "inotify", "disk"];
  await lookAtMachine(process.cwd(), findings);
  findings.block(
    (Object.keys(LINES) as LineId[]).filter((id) => !machine.includes(id)),
    "configuration",
  );
}
