/** Walks all that gunicov can say, as its source has it: what a message names must be there, and it must say what to do. */
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { ROOT } from "../support/machine.ts";
import { type Exception, NAMES_NOTHING, NOTHING_TO_DO } from "./exceptions.ts";
import { Exists, type Known } from "./exists.ts";
import { namesIn } from "./names.ts";
import * as others from "./others.ts";
import { HOLE, type Said } from "./said.ts";
import { readTypeScript } from "./typescript.ts";

const inPython = execFileSync("python", [`${ROOT}/test/messages/python_texts.py`, ROOT], {
  maxBuffer: 1 << 26,
});
const python = JSON.parse(String(inPython)) as Said & { readonly known: Known };
const typescript = readTypeScript(`${ROOT}/`);
const exists = new Exists(ROOT, python.known);

const texts = [...typescript.texts, ...python.texts].filter(({ text }) => isProse(text));
const complaints = [...typescript.complaints, ...python.complaints];
const pieced = complaints.flatMap(({ at, messages, fixes }) =>
  [...messages, ...fixes].map((text) => ({ at, text })),
);

/** More than a word, and neither a pattern nor a program, a query, a section of a file. */
function isProse(text: string): boolean {
  const other = /\(\?[:<!=]|\\[sdwbS]|\bimport \w+(?:[,;\n]|$)|^\s*select |= gunicov_runner/i;
  return /\S\s+\S/.test(text) && !other.test(text);
}

/** Names of a text that are not there. */
const strangers = (text: string) =>
  namesIn(text)
    .filter((name) => !exists.has(name))
    .map(({ kind, name }) => `${kind} ${name}`);

test("each command, option, key, file and variable that a text names is there", () => {
  expect(typescript.texts.length).toBeGreaterThan(5000);
  expect(python.texts.length).toBeGreaterThan(2000);
  expect(texts.flatMap(({ text }) => namesIn(text)).length).toBeGreaterThan(300);
  const wrong = [...texts, ...pieced].flatMap(({ at, text }) =>
    strangers(text).map((name) => `${at}: ${name}`),
  );
  expect([...new Set(wrong)]).toEqual([]);
});

test("each failure says what to do", () => {
  expect(typescript.complaints.length).toBeGreaterThan(150);
  expect(python.complaints.length).toBeGreaterThan(50);
  const mute = complaints.filter(({ fixes }) => fixes.includes(""));
  const wrong = mute.filter(({ messages }) => !messages.every((one) => isExpected(one, NOTHING_TO_DO)));
  expect(wrong).toEqual([]);
});

test("each failure names a key, a file, a command, or what it has found", () => {
  const isNamed = (text: string) => text.includes(HOLE) || namesIn(text).length > 0;
  const vague = complaints.flatMap(({ at, messages, fixes }) =>
    messages
      .filter((message) => !isExpected(message, NAMES_NOTHING))
      .flatMap((message) =>
        fixes.filter((fix) => !isNamed(`${message} ${fix}`)).map((fix) => [at, message, fix]),
      ),
  );
  expect(vague).toEqual([]);
});

function isExpected(message: string, exceptions: readonly Exception[]): boolean {
  return exceptions.some(({ says }) => says.test(message));
}

test("no exception and no name of others is listed in vain", () => {
  const messages = complaints.flatMap((one) => one.messages);
  const vain = NAMES_NOTHING.filter(({ says }) => !messages.some((message) => says.test(message)));
  expect(vain).toEqual([]);
  const said = [...texts, ...pieced].map(({ text }) => text).join("\n");
  expect(Object.values(others).flatMap((list) => list.filter((name) => !said.includes(name)))).toEqual([]);
});

describe("the walk finds what is not there:", () => {
  test.each([
    ["Run gunicov initialise first.", "gunicov initialise"],
    ["Run gunicov init --undoo.", "gunicov init --undoo"],
    ["Or gunicov doctor --up.", "gunicov doctor --up"],
    ["Name it: --servce NAME.", "flag --servce"],
    ["Say port = 0 under [tool.gunicov.tests].", "key tests.port"],
    ["Raise `start_timout` under [tool.gunicov.server].", "key server.start_timout"],
    ["Set server.prot to another one.", "key server.prot"],
    ["Put it under [tool.gunicov.serve].", "table [tool.gunicov.serve]"],
    ["Set worker_klass in its configuration.", "setting worker_klass"],
    ["Take GUNICOV_HOOKS out of it.", "variable GUNICOV_HOOKS"],
    ["See docs/configuring.md for more.", "page docs/configuring.md"],
    ["See docs/configuration.md#no-such-heading.", "page docs/configuration.md#no-such-heading"],
    ["README.md, “Load gunicov's hook”, has it.", "page README.md, “Load gunicov's hook”"],
    ["Edit gunicov.tml or setup.toml there.", "file setup.toml"],
    ["Then press y.", "press y"],
    ["Look at it: docker componse up.", "program docker componse"],
    ["Install it: pip install gunicov-hooks.", "program pip install gunicov-hooks"],
    ["Correct `sources` there.", "code sources"],
  ])("%s", (text, name) => {
    expect(strangers(text)).toContain(name);
  });

  test("and says nothing of what is", () => {
    const good =
      'gunicov goes on. Run gunicov init --up, gunicov run --report KIND=PATH or gunicov demo DIR. Name it: --service NAME, or service = "NAME" under [tool.gunicov.server] (docs/configuration.md#all-keys). Set GUNICOV_DIR; press R.';
    expect(strangers(good)).toEqual([]);
    expect(namesIn(good).length).toBeGreaterThan(8);
  });
});
