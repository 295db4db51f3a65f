/** What an image starts, and with which variables, as its Dockerfile says. */
import { substituted } from "./compose-yaml.ts";
import { wordsOf } from "./words.ts";

type Variables = Readonly<Record<string, string>>;

export interface ImageStart {
  /** Null: the base image's. */
  readonly entrypoint: readonly string[] | null;
  readonly command: readonly string[] | null;
  /** Lines of the file. */
  readonly entrypointLine: number;
  readonly commandLine: number;
  readonly workingDir: string | null;
  /** The base of its first stage. */
  readonly base: string | null;
  /** Its variables, on top of those of that base. */
  env(base: Variables): Variables;
}

interface Stage extends ImageStart {
  readonly name: string | null;
}

/** The stage `target`, or the last one, built with `given`. Null: there is no stage. */
export function imageStart(text: string, target: string | null, given: Variables = {}): ImageStart | null {
  const stages: Stage[] = [];
  let args: Variables = given;
  for (const { word, rest, line } of instructions(text)) {
    const last = stages.at(-1);
    if (word === "FROM") stages.push(stageFrom(substituted(rest, args), stages));
    else if (word === "ARG") args = { ...assigned(rest, args), ...args };
    else if (word === "ENV" && last !== undefined) stages[stages.length - 1] = withEnv(last, rest, args);
    else if (last !== undefined) stages[stages.length - 1] = { ...last, ...told(word, rest, line) };
  }
  return (target === null ? undefined : stages.find(({ name }) => name === target)) ?? stages.at(-1) ?? null;
}

function stageFrom(rest: string, stages: readonly Stage[]): Stage {
  const words = rest.split(/\s+/).filter((word) => !word.startsWith("--"));
  const base = words[0] ?? "";
  const name = words[1]?.toLowerCase() === "as" ? (words[2] ?? null) : null;
  const from = stages.find((stage) => stage.name === base);
  const none = { entrypoint: null, command: null, entrypointLine: 0, commandLine: 0, workingDir: null, base };
  const env = (variables: Variables) => variables;
  return { ...(from ?? { ...none, env }), name };
}

function withEnv(stage: Stage, rest: string, args: Variables): Stage {
  const env = (base: Variables) => {
    const before = stage.env(base);
    return { ...before, ...assigned(rest, { ...args, ...before }) };
  };
  return { ...stage, env };
}

/** `A=1 B="2 3"`, or the old form `A 1`. */
function assigned(rest: string, known: Variables): Variables {
  const [, name = "", value = ""] = /^([A-Za-z_]\w*)\s+(.*)$/s.exec(rest.trim()) ?? [];
  const pairs =
    name === ""
      ? wordsOf(rest).flatMap((word) => {
          const at = word.indexOf("=");
          return at < 1 ? [] : [[word.slice(0, at), word.slice(at + 1)] as const];
        })
      : [[name, value] as const];
  return Object.fromEntries(pairs.map(([one, text]) => [one, substituted(text, known)]));
}

function told(word: string, rest: string, line: number): Partial<ImageStart> {
  // An ENTRYPOINT takes the CMD of the stages before it away.
  if (word === "ENTRYPOINT") return { entrypoint: execForm(rest), entrypointLine: line, command: null };
  if (word === "CMD") return { command: execForm(rest), commandLine: line };
  if (word === "WORKDIR") return { workingDir: rest.trim() };
  return {};
}

function execForm(rest: string): readonly string[] {
  const text = rest.trim();
  if (text.startsWith("[")) {
    try {
      return (JSON.parse(text) as unknown[]).map(String);
    } catch {}
  }
  const words = wordsOf(text);
  return words.length === 0 ? [] : ["/bin/sh", "-c", text];
}

function instructions(text: string): readonly { word: string; rest: string; line: number }[] {
  const found: { word: string; rest: string; line: number }[] = [];
  let open: { text: string; line: number } | null = null;
  text.split(/\r?\n/).forEach((raw, index) => {
    if (/^\s*#/.test(raw) || raw.trim() === "") return;
    const goesOn = /\\\s*$/.test(raw);
    const part = raw.replace(/\\\s*$/, "");
    open = open === null ? { text: part, line: index + 1 } : { ...open, text: `${open.text} ${part.trim()}` };
    if (goesOn) return;
    const match = /^\s*([A-Za-z]+)\s+(.*)$/s.exec(open.text);
    if (match) found.push({ word: (match[1] ?? "").toUpperCase(), rest: match[2] ?? "", line: open.line });
    open = null;
  });
  return found;
}
