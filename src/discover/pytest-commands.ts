/** How the project itself runs pytest: Makefile, scripts of pyproject.toml, tox.ini, noxfile.py, start scripts. */
import { parse } from "smol-toml";
import { WITH_VALUE } from "../config/test-places.ts";
import type { ProjectFiles } from "../ports/survey.ts";
import { list, table } from "./compose-document.ts";
import { baseOf, commandsOf, wordsOf } from "./words.ts";

export interface PytestCommand {
  /** `Makefile:12` */
  readonly where: string;
  readonly name: string;
  /** The whole simple command. */
  readonly words: readonly string[];
}

/** Every simple command with pytest in it that a person could type as it stands. */
export function pytestCommands(files: ProjectFiles): readonly PytestCommand[] {
  const all = [ofMakefiles, ofPyproject, ofTox, ofNox, ofScripts].flatMap((read) => read(files));
  return all.filter(({ words }) => words.some(isPytest) && !words.some((word) => /[$`*<>(){}]/.test(word)));
}

/** From the word pytest on. `python -m pytest` is pytest. */
export function fromPytest(words: readonly string[]): readonly string[] {
  return ["pytest", ...words.slice(words.findIndex(isPytest) + 1)];
}

export function isPytest(word: string): boolean {
  return /^(py\.?test)[\d.]*$/.test(baseOf(word));
}

/** The words of it that name files or directories. */
export function pathsOf(words: readonly string[]): readonly string[] {
  const from = fromPytest(words).slice(1);
  return from
    .filter((word, index) => !word.startsWith("-") && !WITH_VALUE.has(from[index - 1] ?? ""))
    .map((word) => (word.split("::")[0] ?? word).replace(/^\.\//, "").replace(/\/+$/, ""));
}

function ofMakefiles(files: ProjectFiles): readonly PytestCommand[] {
  return files.paths
    .filter((path) => /^(GNUmakefile|[Mm]akefile|\.?[Jj]ustfile)$/.test(path))
    .flatMap((path) => {
      let target = "";
      const text = files.text(path) ?? "";
      return text
        .replace(/\\\n/g, "  ")
        .split("\n")
        .flatMap((line, index) => {
          const head = /^([\w.-]+)[^:=]*:(?!=)/.exec(line);
          if (head) target = head[1] ?? "";
          if (!/^\s/.test(line)) return [];
          return commandsOf(line.trim().replace(/^[@-]+/, "")).map((command) => ({
            where: `${path}:${lineBefore(text, index)}`,
            name: target,
            words: wordsOf(command.text),
          }));
        });
    });
}

/** The line of the file for a line of the text whose continued lines are joined. */
function lineBefore(text: string, index: number): number {
  let joined = 0;
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at++) {
    if (joined === index) return at + 1;
    if (!(lines[at] ?? "").endsWith("\\")) joined++;
  }
  return lines.length;
}

function ofPyproject(files: ProjectFiles): readonly PytestCommand[] {
  const tool = table(table(tomlOf(files.text("pyproject.toml"))).tool);
  const hatch = Object.values(table(table(tool.hatch).envs)).flatMap((env) =>
    Object.entries(table(table(env).scripts)),
  );
  const all = [
    ...Object.entries(table(table(tool.poe).tasks)),
    ...Object.entries(table(table(tool.pdm).scripts)),
    ...Object.entries(table(table(tool.taskipy).tasks)),
    ...hatch,
  ];
  return all.flatMap(([name, value]) =>
    textsOf(value).flatMap((text) =>
      commandsOf(text).map((command) => ({
        where: lineOf(files, "pyproject.toml", name),
        name,
        words: wordsOf(command.text),
      })),
    ),
  );
}

/** A task is a text, a list of texts, or a table with one under a usual name. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  const { cmd, shell, sequence, composite } = table(value);
  const words = Array.isArray(cmd) ? [cmd.map(String).join(" ")] : list(cmd).map(String);
  return [
    ...words,
    ...list(shell).map(String),
    ...list(sequence).flatMap(textsOf),
    ...list(composite).flatMap(textsOf),
  ];
}

function lineOf(files: ProjectFiles, path: string, key: string): string {
  const lines = (files.text(path) ?? "").split("\n");
  const line = lines.findIndex((one) =>
    new RegExp(`^\\s*["']?${key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}["']?\\s*=`).test(one),
  );
  return line < 0 ? path : `${path}:${line + 1}`;
}

function ofTox(files: ProjectFiles): readonly PytestCommand[] {
  const lines = (files.text("tox.ini") ?? "").split("\n");
  let section = "";
  let inside = false;
  return lines.flatMap((line, index) => {
    section = /^\[([^\]]+)\]/.exec(line)?.[1] ?? section;
    const first = /^commands\s*=\s*(.*)$/.exec(line);
    inside = first !== null || (inside && /^\s+\S/.test(line));
    const text = (first ? (first[1] ?? "") : inside ? line : "").replace(/\{posargs[^}]*\}/g, "").trim();
    return text === "" ? [] : [{ where: `tox.ini:${index + 1}`, name: section, words: wordsOf(text) }];
  });
}

/** `session.run("pytest", …)` of noxfile.py, up to the first word that is no literal text. */
function ofNox(files: ProjectFiles): readonly PytestCommand[] {
  const text = files.text("noxfile.py") ?? "";
  const runs = text.matchAll(/\bsession\.run(?:_always)?\(((?:\s*(?:"[^"\n]*"|'[^'\n]*')\s*,?)+)/g);
  return [...runs].map(({ index, 1: literals = "" }) => {
    const before = text.slice(0, index);
    const session = [...before.matchAll(/^def (\w+)\(/gm)].at(-1)?.[1] ?? "";
    const words = [...literals.matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)].map(([, a, b]) => a ?? b ?? "");
    return { where: `noxfile.py:${before.split("\n").length}`, name: session, words };
  });
}

function ofScripts(files: ProjectFiles): readonly PytestCommand[] {
  return files.paths
    .filter((path) => /\.(sh|bash)$/.test(path) && path.split("/").length <= 2)
    .flatMap((path) =>
      commandsOf(files.text(path) ?? "").map(({ text, line }) => ({
        where: `${path}:${line}`,
        name: path,
        words: wordsOf(text),
      })),
    );
}

export function tomlOf(text: string | null): unknown {
  try {
    return parse(text ?? "");
  } catch {
    return {};
  }
}
