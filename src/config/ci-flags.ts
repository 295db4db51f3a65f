/** What the command line says of reports, changed lines and annotations. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { failure } from "../core/failure.ts";
import { isReportKind, REPORT_KINDS, type WantedReport } from "../core/report-kind.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type InForce, nameOf } from "./layers.ts";

export interface CiFlags {
  readonly reports: readonly WantedReport[];
  readonly diff: string | null;
  readonly diffFailUnder: number | null;
  /** Null: what the environment says. */
  readonly annotations: "github" | "none" | null;
}

export interface CiOptions {
  readonly report?: readonly WantedReport[];
  readonly diff?: string;
  readonly diffFailUnder?: number;
  readonly annotations?: "github" | "none";
}

/** The base that lines are compared with, and the percent of them that must be run. */
export interface Diff {
  readonly base: string;
  readonly failUnder: number | null;
}

export const NO_CI: CiFlags = { reports: [], diff: null, diffFailUnder: null, annotations: null };

export function withCiOptions(command: Command): Command {
  const kinds = REPORT_KINDS.join(", ");
  return command
    .addOption(
      new Option("--report <kind=path>", `after a cycle; may be given several times: ${kinds}`)
        .argParser(report)
        .default([], "none"),
    )
    .addOption(new Option("--diff <base>", "judge the lines changed since this commit: origin/main"))
    .addOption(new Option("--diff-fail-under <percent>", "how many of these must be run").argParser(percent))
    .addOption(
      new Option("--annotations <form>", "for a review of the code (default: github on GitHub)").choices([
        "github",
        "none",
      ]),
    );
}

export function ciFlagsOf(options: CiOptions): CiFlags {
  return {
    reports: options.report ?? [],
    diff: options.diff ?? null,
    diffFailUnder: options.diffFailUnder ?? null,
    annotations: options.annotations ?? null,
  };
}

/** Of what is in force. */
export function mergeDiff(
  coverage: { diff?: string | undefined; diff_fail_under?: number | undefined },
  force: InForce,
): Result<Diff | null> {
  const { diff: base = null, diff_fail_under: failUnder = null } = coverage;
  if (base !== null) return ok({ base, failUnder });
  if (failUnder === null) return ok(null);
  const key = "coverage.diff_fail_under";
  const { what, detail } = nameOf(key, force.origin(key));
  const fix = "Name the base: --diff origin/main, or diff under [tool.gunicov.coverage].";
  return fail(failure("config", `${what} needs a base to compare with.`, fix, detail));
}

export function percent(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError("It is a number from 0 to 100.");
}

function report(text: string, before: readonly WantedReport[]): readonly WantedReport[] {
  const [, kind = "", path = ""] = /^(\w+)=(.+)$/s.exec(text) ?? [];
  if (!isReportKind(kind))
    throw new InvalidArgumentError(`It is KIND=PATH; the kinds are ${REPORT_KINDS.join(", ")}.`);
  if (before.some((one) => one.path === path))
    throw new InvalidArgumentError("Another report has the same path.");
  return [...before, { kind, path }];
}
