/** What every target promises (src/ports/target.ts), held against the real ones. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Channel, Lifecycle, LogLine, SpawnOptions, Target } from "../../src/ports/target.ts";
import type { FakeLog } from "../support/fake-log.ts";
import { until } from "../support/machine.ts";

export interface Subject {
  readonly target: Target;
  /** What it was given to note things in; its environment has `CONTAINER_TOKEN` then. */
  readonly log?: FakeLog;
  /** A directory of the host that the target sees. */
  readonly directory: string;
  /** Has the server in it write a line to its log; null: there is no server in it. */
  readonly say: ((text: string) => Promise<void>) | null;
  /** Ends what the target lives in, from outside; null: this machine does not end. */
  readonly stop: (() => Promise<void>) | null;
  /** Brings it back from outside; null: only `open` does. */
  readonly start: (() => Promise<void>) | null;
  /** What is left of what `open` started, once it is closed: nothing. */
  left(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const CONTAINER_SECRET = "only-the-container-has-it";

const NEVER = new AbortController().signal;
const MEGABYTE = 1024 * 1024;

interface Output {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

async function spawned(target: Target, argv: readonly string[], options?: SpawnOptions): Promise<Channel> {
  const result = await target.spawn(argv, options);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

async function collect(channel: Channel): Promise<Output> {
  let out = "";
  let err = "";
  channel.onOutput((text) => {
    out += text;
  });
  channel.onErrorOutput((text) => {
    err += text;
  });
  return { ...(await channel.exited), out, err };
}

export function targetContract(name: string, make: () => Promise<Subject>): void {
  describe(`${name} keeps the target's promises`, () => {
    let subject: Subject;
    let target: Target;
    const log: LogLine[] = [];
    const life: Lifecycle[] = [];

    beforeAll(async () => {
      subject = await make();
      target = subject.target;
      target.onLog((line) => log.push(line));
      target.onLifecycle((event) => life.push(event));
      expect(await target.open(NEVER)).toEqual({ ok: true, value: undefined });
    });
    afterAll(() => subject?.close());

    /** Runs a Python program, gives it `input` and the end of it, and waits for its own end. */
    async function python(code: string, words: readonly string[] = [], options?: SpawnOptions, input = "") {
      const channel = await spawned(target, ["python3", "-c", code, ...words], options);
      const output = collect(channel);
      if (input !== "") channel.write(input);
      channel.end();
      return await output;
    }

    test("argv arrives word by word, through no shell", async () => {
      const words = ["a b", "$HOME", "`id`", "; exit 9", "*", "", "'\"\\", "é\n😀", "--help"];
      const { out, code } = await python("import json, sys; print(json.dumps(sys.argv[1:]))", words);
      expect(JSON.parse(out)).toEqual(words);
      expect(code).toBe(0);
    });

    test("env goes on top of the target's own", async () => {
      const code = "import os; print(os.environ['MINE'], 'PATH' in os.environ)";
      const { out } = await python(code, [], { env: { MINE: "é = 1" } });
      expect(out).toBe("é = 1 True\n");
    });

    test("cwd is where it runs", async () => {
      const { out } = await python("import os; print(os.getcwd())", [], { cwd: "/" });
      expect(out).toBe("/\n");
    });

    test.skipIf(process.getuid?.() !== 0)("user is whom it runs as", async () => {
      const { out } = await python("import os; print(os.getuid(), os.getgid())", [], { user: "65534:65534" });
      expect(out).toBe("65534 65534\n");
    });

    test("stdout and stderr are separate", async () => {
      const { out, err } = await python("import sys; print('one'); print('two', file=sys.stderr)");
      expect([out, err]).toEqual(["one\n", "two\n"]);
    });

    test("characters of several bytes come whole, however they were written", async () => {
      const code = `import sys, time
for byte in "é€😀\\n".encode():
    sys.stdout.buffer.write(bytes([byte])); sys.stdout.buffer.flush(); time.sleep(0.005)
sys.stdout.buffer.write(("é€😀" * 100_000).encode())`;
      const { out } = await python(code);
      expect(out === `é€😀\n${"é€😀".repeat(100_000)}`).toBe(true);
    });

    test("the code it exits with", async () => {
      expect(await python("raise SystemExit(3)")).toMatchObject({ code: 3, signal: null });
      expect(await python("pass")).toMatchObject({ code: 0, signal: null });
    });

    test("a signal that ends it is reported, as itself or by the shell's code for it", async () => {
      const { code, signal } = await python("import os; os.kill(os.getpid(), 9)");
      expect(signal ?? code).toBe(signal === null ? 137 : "SIGKILL");
    });

    test("10 MB go in and come out whole", async () => {
      const code = "import shutil, sys; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)";
      const input = "0123456789abcdé\n".repeat(10 * (MEGABYTE / 16));
      const { out } = await python(code, [], {}, input);
      expect(out.length).toBe(input.length);
      expect(out === input).toBe(true);
    });

    test("unread output keeps nothing from ending", async () => {
      const channel = await spawned(target, ["python3", "-c", "print('x' * 1_000_000)"]);
      expect(await channel.exited).toMatchObject({ code: 0 });
    });

    test("the end of stdin is seen", async () => {
      const { out } = await python("import sys; print(repr(sys.stdin.read()))");
      expect(out).toBe("''\n");
    });

    test("a write after its death is no error", async () => {
      const channel = await spawned(target, ["python3", "-c", "pass"]);
      await channel.exited;
      channel.write("x".repeat(MEGABYTE));
      channel.end();
    });

    test("a command that is not there is reported: at once, or by the shell's code for it", async () => {
      const result = await target.spawn(["no-such-command-here"]);
      if (!result.ok) expect(result.failure.kind).toBe("no-command");
      else expect([126, 127]).toContain((await result.value.exited).code);
    });

    test("two at the same time do not mix", async () => {
      const echo = "import sys\nfor line in sys.stdin: print(sys.argv[1], line, end='', flush=True)";
      const [a, b] = await Promise.all(
        ["a", "b"].map((mark) => spawned(target, ["python3", "-c", echo, mark])),
      );
      if (!a || !b) throw new Error("no channels");
      const outputs = [collect(a), collect(b)] as const;
      for (let line = 0; line < 100; line += 1) for (const channel of [a, b]) channel.write(`${line}\n`);
      b.end();
      const ofB = await outputs[1];
      a.end();
      const ofA = await outputs[0];
      const expected = (mark: string) =>
        Array.from({ length: 100 }, (_, line) => `${mark} ${line}\n`).join("");
      expect([ofA.out, ofB.out]).toEqual([expected("a"), expected("b")]);
    });

    test("mappings tell where the target sees a file of the host", async () => {
      await writeFile(join(subject.directory, "mapped.txt"), "from the host");
      const mapping = target.mappings.find(({ host }) => subject.directory.startsWith(host));
      if (!mapping) throw new Error("the directory is not mapped");
      const inside = join(mapping.inside, subject.directory.slice(mapping.host.length), "mapped.txt");
      const { out } = await python("import sys; print(open(sys.argv[1]).read(), end='')", [inside]);
      expect(out).toBe("from the host");
    });

    test("the server's log comes line by line, each with its time", async ({ skip }) => {
      if (subject.say === null) return skip();
      const before = Date.now();
      await subject.say("first é\nsecond\n");
      const lines = await until("the log", () => {
        const found = log.filter(({ text }) => /first|second/.test(text));
        return found.length === 2 ? found : null;
      });
      expect(lines.map(({ text }) => text)).toEqual(["first é", "second"]);
      // Another machine's clock may differ a little.
      for (const { at } of lines) expect(Math.abs(at - before)).toBeLessThan(10_000);
    });

    test("it says when it goes, and can be opened again", async ({ skip }) => {
      const { stop, start } = subject;
      if (stop === null) return skip();
      expect(await target.whyGone()).toBeNull();
      life.length = 0;
      await stop();
      const [lost] = await until("lost", () => (life.length > 0 ? life : null));
      expect(lost).toMatchObject({ type: "gone", failure: { kind: "server-lost" } });
      expect(await target.whyGone()).toMatchObject({
        kind: "server-lost",
        message: expect.stringMatching(/./),
      });
      if (start !== null) {
        await start();
        await until("back", () => life.at(-1)?.type === "back");
      }
      expect(await target.open(NEVER)).toEqual({ ok: true, value: undefined });
      expect(await target.whyGone()).toBeNull();
      expect((await python("print('again')")).out).toBe("again\n");
      if (subject.say === null) return;
      await subject.say("third\n");
      await until("the log, once", () => log.filter(({ text }) => text === "third").length === 1);
    });

    test("what is secret of its environment is known to the log", ({ skip }) => {
      if (subject.log === undefined) return skip();
      subject.log.note({ what: "said", text: CONTAINER_SECRET });
      expect(subject.log.notes.at(-1)?.text).toBe("<CONTAINER_TOKEN>");
    });

    test("close leaves nothing behind", async () => {
      await target.close();
      await until("nothing to be left", async () => (await subject.left()).length === 0);
      await target.close();
    });
  });
}
