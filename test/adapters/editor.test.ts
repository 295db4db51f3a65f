/** What comes of an editor that is no editor: real programs. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { editFile } from "../../src/adapters/host/editor.ts";

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "gunicov-editor-"));
});
afterAll(async () => await rm(place, { recursive: true }));

async function program(name: string, text: string, mode = 0o755): Promise<string> {
  const path = join(place, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, mode);
  return path;
}

describe("an editor", () => {
  const edit = (env: NodeJS.ProcessEnv) => editFile("/some/file.py", 3, env);

  it("that ends well is nothing to speak of", async () => {
    const good = await program("good", '[ "$1" = +3 ] && [ "$2" = /some/file.py ]');
    expect(edit({ EDITOR: good })).toEqual({ ok: true, value: undefined });
  });

  it.each([
    ["is not there", "nonesuch --wait", /^The editor nonesuch can't be started: it is not there\.$/],
    ["may not be run", "plain", /^The editor plain can't be started: EACCES\.$/],
    ["does not know its option", "three --odd", /^The editor three ended with exit code 3\.$/],
    ["dies", "dies", /^The editor dies ended by SIGKILL\.$/],
  ])("that %s is told by its name, with what to do", async (_, words, message) => {
    await program("plain", "", 0o644);
    await program("three", "exit 3");
    await program("dies", "kill -9 $$");
    for (const variable of ["EDITOR", "VISUAL"]) {
      const told = edit({ PATH: process.env.PATH, [variable]: join(place, words) });
      expect(told).toMatchObject({ ok: false, failure: { message: expect.stringMatching(message) } });
      expect(told).toMatchObject({ failure: { fix: expect.stringContaining(`$${variable}`) } });
    }
  });

  it("that a variable of blanks names is asked for", () => {
    expect(edit({ EDITOR: " " })).toMatchObject({ failure: { message: "$EDITOR names no editor." } });
  });
});
