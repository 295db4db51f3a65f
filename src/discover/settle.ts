/** Discovery with its questions answered: by what was answered before, or by the user now. */
import { type Failure, failure } from "../core/failure.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Survey } from "../ports/survey.ts";
import { discover } from "./discover.ts";
import type { Answer, Discovery, Given, Question } from "./discovery.ts";

/** By the keys: `server.service`. */
export type Answers = Readonly<Record<string, Answer["value"]>>;

export interface Settled {
  readonly discovery: Discovery;
  /** Those that were needed, kept and new ones. */
  readonly answers: Answers;
}

/** Asks the user; null: the user does not say. */
export type Ask = (question: Question) => Promise<Answer["value"] | null>;

/** A kept answer counts only as long as it is one of those that fit. `ask` null: nobody can be asked. */
export async function settle(
  root: string,
  survey: Survey,
  given: Given,
  kept: Answers,
  ask: Ask | null,
): Promise<Result<Settled>> {
  let answers: Answers = {};
  for (;;) {
    const discovery = await discover(root, survey, withAnswers(given, answers));
    const question = discovery.questions.find(({ key }) => !(key in answers));
    if (question === undefined) return ok({ discovery: answered(discovery, answers), answers });
    const value = fitting(question, kept[question.key]) ?? (await ask?.(question)) ?? null;
    if (value === null) return fail(undecided(question));
    answers = { ...answers, [question.key]: value };
  }
}

function fitting({ answers }: Question, kept: Answer["value"] | undefined): Answer["value"] | null {
  return answers.find(({ value }) => JSON.stringify(value) === JSON.stringify(kept))?.value ?? null;
}

/** What is answered is given: the rest is made to fit it. */
function withAnswers(given: Given, answers: Answers): Given {
  return { ...given, config: { ...given.config, ...over(given.config, answers) } };
}

/** An answered key stands among what was found, with the user as the reason. */
function answered(discovery: Discovery, answers: Answers): Discovery {
  const findings = Object.entries(answers).map(([key, value]) => ({
    key,
    value: shown(value),
    why: "your answer",
  }));
  const others = discovery.findings.filter(({ key }) => !(key in answers));
  return {
    ...discovery,
    config: { ...discovery.config, ...over(discovery.config, answers) },
    findings: [...findings, ...others],
  };
}

function over(config: Discovery["config"], answers: Answers): Discovery["config"] {
  const tables: Record<string, Record<string, unknown>> = {};
  for (const [name, value] of Object.entries(answers)) {
    const [table = "", key = ""] = name.split(".");
    const before = (config as Record<string, Record<string, unknown> | undefined>)[table];
    tables[table] = { ...before, ...tables[table], [key]: asValue(name, value) };
  }
  return tables as Discovery["config"];
}

/** `tests.env` is a table of one variable. */
function asValue(key: string, value: Answer["value"]): unknown {
  if (key !== "tests.env" || typeof value !== "string") return value;
  const at = value.indexOf("=");
  return { [value.slice(0, at)]: value.slice(at + 1) };
}

export function shown(value: Answer["value"]): string {
  return typeof value === "string" ? value : value.join(" ");
}

/** Flags for keys that have one. */
const FLAGS: Readonly<Record<string, string>> = {
  "server.service": "--service NAME",
  "server.project": "--project NAME",
  "tests.service": "--tests-service NAME",
};

function undecided({ key, text, answers }: Question): Failure {
  const [table = "", name = ""] = key.split(".");
  const [first] = answers;
  const value = first === undefined ? '""' : JSON.stringify(first.value).replaceAll('","', '", "');
  const flag = FLAGS[key] === undefined ? "" : `${FLAGS[key]}, or `;
  const line = key === "tests.env" ? 'env = { NAME = "ADDRESS" }' : `${name} = ${value}`;
  const fix = `Say which: ${flag}${line} under [tool.gunicov.${table}]. In a terminal, gunicov asks.`;
  const detail = answers.map((one) => `${shown(one.value)}  (${one.why})`).join("\n");
  return failure("config", `${text} ${answers.length} answers fit (${key}).`, fix, detail);
}
