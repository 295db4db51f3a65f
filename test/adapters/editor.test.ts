/** The user's editor: which it is, how it is told a line, what comes of one that is none. Real programs. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { editFile } from "../../src/adapters/host/editor.ts";
import { editorCommand } from "../../src/adapters/host/editor-command.ts";
import { hasWindow, placeWords } from "../../src/adapters/host/editors.ts";

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "gunicov-editor-"));
  await mkdir(join(place, "with a space"));
});
afterAll(async () => await rm(place, { recursive: true }));

async function program(name: string, text: string, mode = 0o755): Promise<string> {
  const path = join(place, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, mode);
  return path;
}

async function edit(env: NodeJS.ProcessEnv) {
  const start = editFile("/some/a file's.py", 3, { PATH: process.env.PATH, ...env });
  return start.ok ? await start.value.run() : start;
}

const WELL = { ok: true, value: undefined };
/** Ends well where it got the options of $WANTED and the place as vi has it. */
const CHECK = `[ "$*" = "\${WANTED}+3 /some/a file's.py" ] && [ $# = \${COUNT:-2} ]`;

describe("an editor", () => {
  it.each([
    ["a path", (path: string) => path, {}],
    ["a path with blanks around it", (path: string) => `  ${path} `, {}],
    ["options", (path: string) => `${path} -w --x`, { WANTED: "-w --x ", COUNT: "4" }],
    ["quoted options", (path: string) => `'${path}' "a b"`, { WANTED: "a b ", COUNT: "3" }],
    ["a variable before it", (path: string) => `WANTED= ${path}`, { WANTED: "no" }],
    ["env before it", (path: string) => `env WANTED= ${path}`, { WANTED: "no" }],
    ["a home", () => "~/good", {}],
    ["a variable in it", () => '"$HOME/good"', {}],
  ] as const)("that is given with %s is started, and told the line", async (_, words, extra) => {
    const good = await program("good", CHECK);
    const env = { HOME: place, WANTED: "", COUNT: "2", ...extra };
    expect(await edit({ ...env, EDITOR: words(good) })).toEqual(WELL);
    expect(await edit({ ...env, EDITOR: "nonesuch", VISUAL: words(good) })).toEqual(WELL);
  });

  it.each([
    (path: string) => path,
    (path: string) => `"${path}"`,
    (path: string) => path.replaceAll(" ", "\\ "),
    (path: string) => `${path} `,
  ])("may have spaces in its path, with quotes and without (%#)", async (words) => {
    const good = await program("with a space/good ed", CHECK);
    expect(await edit({ WANTED: "", EDITOR: words(good) })).toEqual(WELL);
    const options = { WANTED: "-w ", COUNT: "3", EDITOR: `${words(good)} -w` };
    expect(await edit(options)).toEqual(WELL);
  });

  it.each([
    ["is not there", "nonesuch --wait", /^The editor nonesuch can't be started: it is not there\.$/],
    ["may not be run", "plain", /^The editor plain can't be started: EACCES\.$/],
    ["does not know its option", "three --odd", /^The editor three ended with exit code 3\.$/],
    ["dies", "dies", /^The editor dies ended by SIGKILL\.$/],
    ["has a window and is not there", "code -w", /^The editor code can't be started: it is not there\.$/],
    ["has a window and fails", "subl", /^The editor subl ended with exit code 5\.$/],
  ])("that %s is told by its name, with what to do", async (_, words, message) => {
    await program("plain", "", 0o644);
    await program("three", "exit 3");
    await program("subl", "exit 5");
    await program("dies", "kill -9 $$");
    for (const variable of ["EDITOR", "VISUAL"]) {
      for (const before of ["", "X=1 "]) {
        const told = await edit({ [variable]: before + join(place, words) });
        // A shell that was killed tells so by its own exit code.
        const expected = before !== "" && words === "dies" ? /ended with exit code 137\.$/ : message;
        expect(told).toMatchObject({ ok: false, failure: { message: expect.stringMatching(expected) } });
        expect(told).toMatchObject({ failure: { fix: expect.stringContaining(`$${variable}`) } });
      }
    }
  });

  it("that a variable of blanks names is asked for; a quote that is left open is named", () => {
    expect(editorCommand({ EDITOR: " " })).toMatchObject({
      failure: { message: "$EDITOR names no editor." },
    });
    expect(editorCommand({ VISUAL: "ed 'x" })).toMatchObject({
      failure: { message: "$VISUAL has a quote that is not closed: ed 'x", fix: "Correct $VISUAL." },
    });
  });

  it("that nobody names is vi, else nano, else asked for; never git's", async () => {
    const env = { PATH: join(place, "bin"), GIT_EDITOR: "ed" };
    expect(editorCommand(env)).toMatchObject({ failure: { fix: expect.stringContaining("$EDITOR") } });
    await mkdir(env.PATH);
    await program("bin/nano", "");
    expect(editorCommand({ ...env, EDITOR: "" })).toMatchObject({ value: { program: "nano" } });
    await program("bin/vi", "");
    expect(editorCommand({ ...env, VISUAL: "" })).toMatchObject({ value: { program: "vi" } });
  });
});

describe("a line is named", () => {
  it.each([
    ["code", ["--goto", "f:7"]],
    ["/usr/bin/code-insiders", ["--goto", "f:7"]],
    ["cursor", ["--goto", "f:7"]],
    ["windsurf", ["--goto", "f:7"]],
    ["subl", ["f:7"]],
    ["zed", ["f:7"]],
    ["idea", ["--line", "7", "f"]],
    ["/opt/pycharm/bin/pycharm.sh", ["--line", "7", "f"]],
    ["kate", ["--line", "7", "f"]],
    ["gvim", ["+7", "f"]],
    ["emacsclient", ["+7", "f"]],
    ["vim", ["+7", "f"]],
    ["nano", ["+7", "f"]],
    ["hx", ["f:7"]],
    ["my-own", ["+7", "f"]],
  ])("to %s in its own way", (editor, words) => {
    expect(placeWords(editor, "f", 7)).toEqual(words);
    expect(placeWords(editor, "f", null)).toEqual(["f"]);
  });
});

describe("the terminal", () => {
  it.each(["code", "code-insiders", "cursor", "windsurf", "subl", "zed", "idea", "pycharm", "kate", "gvim"])(
    "is not for %s",
    (editor) => {
      for (const options of [[], ["-w"], ["--wait"]]) expect(hasWindow(editor, options)).toBe(true);
    },
  );

  it.each(["vi", "vim", "nvim", "nano", "emacs", "hx", "micro", "ed", "my-own"])("is for %s", (editor) => {
    expect(hasWindow(editor, [])).toBe(false);
  });

  it("is for emacsclient where it is asked for, and not for a vim that is asked for its window", () => {
    expect(hasWindow("emacsclient", ["-c"])).toBe(true);
    expect(hasWindow("emacsclient", ["-a", "", "-t"])).toBe(false);
    expect(hasWindow("emacsclient", ["-nw"])).toBe(false);
    expect(hasWindow("vim", ["-g"])).toBe(true);
  });
});
