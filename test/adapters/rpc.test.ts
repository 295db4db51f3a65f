/** A conversation with a program, on real processes that say what no program of ours should. */

import * as v from "valibot";
import { afterEach, describe, expect, test } from "vitest";
import { Rpc, type Start } from "../../src/adapters/helper/rpc.ts";
import { ProcessTarget } from "../../src/adapters/process/target.ts";
import { FakeLog } from "../support/fake-log.ts";
import { processesWith, until } from "../support/machine.ts";

const MARK = { GUNICOV_TEST_RPC: `${process.pid}` };
const HEAD = `import json, os, sys, time
def out(**message):
    sys.stdout.write(json.dumps(message) + "\\n"); sys.stdout.flush()
def hello(protocol=1):
    out(event="hello", protocol=protocol, program="odd", pid=os.getpid(), executable=sys.executable, python="3")
`;
const ECHO = `hello()
for line in sys.stdin:
    request = json.loads(line)
    out(id=request["id"], ok=request)
`;
const Anything = v.unknown();

const open: Rpc[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((rpc) => rpc.close()));
  await until("every program to be gone", async () => (await running()).length === 0);
});

function running(): Promise<readonly string[]> {
  return processesWith("GUNICOV_TEST_RPC", MARK.GUNICOV_TEST_RPC);
}

async function start(code: string, pythons = ["python3"], options: Start = {}) {
  const program = { name: "gunicov_helper", source: HEAD + code } as const;
  const started = await Rpc.start(new ProcessTarget("/"), program, pythons, { env: MARK, ...options });
  if (started.ok) open.push(started.value);
  return started;
}

async function rpc(code: string): Promise<Rpc> {
  const started = await start(code);
  if (!started.ok) throw new Error(started.failure.message);
  return started.value;
}

describe("answers", () => {
  test("reach those whom they belong to, in whatever order they come", async () => {
    const odd = await rpc(`hello()
requests = [json.loads(sys.stdin.readline()) for _ in range(3)]
for request in reversed(requests): out(id=request["id"], ok=request["word"])
sys.stdin.read()`);
    const words = ["a", "b", "c"];
    const results = await Promise.all(words.map((word) => odd.call("say", { word }, v.string())));
    expect(results).toEqual(words.map((value) => ({ ok: true, value })));
  });

  test("events come first, in order; what comes afterwards, or for nobody, is passed over", async () => {
    const odd = await rpc(`hello()
for line in sys.stdin:
    id = json.loads(line)["id"]
    out(id=id, event="one"); out(id=99, event="stray"); out(id=99, ok=1); out(id=id, event="two")
    out(id=id, ok="done"); out(id=id, event="late"); out(id=id, ok="again")`);
    const events: unknown[] = [];
    const onEvent = (event: Record<string, unknown>) => events.push(event.event);
    expect(await odd.call("go", {}, v.string(), { onEvent })).toEqual({ ok: true, value: "done" });
    expect(await odd.call("go", {}, v.string())).toEqual({ ok: true, value: "done" });
    expect(events).toEqual(["one", "two"]);
  });

  test("lines that are no messages are passed over", async () => {
    const odd = await rpc(`hello()
for line in sys.stdin:
    print("garbage\\n\\n[1]\\nnull\\n{}\\n{\\"id\\": \\"x\\"}\\n\\x00\\x1b[2J")
    out(id=json.loads(line)["id"], ok="well")`);
    expect(await odd.call("go", {}, v.string())).toEqual({ ok: true, value: "well" });
  });

  test("of another shape than agreed are refused, with the place", async () => {
    const odd = await rpc(ECHO);
    const result = await odd.call("go", { list: [1, "two"] }, v.object({ list: v.array(v.number()) }));
    expect(result).toMatchObject({
      ok: false,
      failure: { kind: "internal", message: expect.stringContaining("list.1") },
    });
  });

  test("errors keep their kind, message, fix and detail; a kind that is not known is a bug", async () => {
    const odd = await rpc(`hello()
kinds = iter(["no-hook", "brand-new"])
for line in sys.stdin:
    out(id=json.loads(line)["id"], error=dict(kind=next(kinds), message="m", fix="f", detail="d"))`);
    const told = { message: "m", fix: "f", detail: "d" };
    expect(await odd.call("go", {}, Anything)).toEqual({ ok: false, failure: { kind: "no-hook", ...told } });
    expect(await odd.call("go", {}, Anything)).toEqual({ ok: false, failure: { kind: "internal", ...told } });
  });

  test("may be 15 MiB long in one line; longer ones fail those who wait, and the next is answered", async () => {
    const odd = await rpc(`hello()
for line in sys.stdin:
    request = json.loads(line)
    out(id=request["id"], ok="x" * (request["mib"] * 1024 * 1024))`);
    const long = await odd.call("go", { mib: 15 }, v.string());
    expect(long.ok && long.value.length).toBe(15 * 1024 * 1024);
    const tooLong = await odd.call("go", { mib: 17 }, v.string());
    expect(tooLong).toMatchObject({ ok: false, failure: { message: expect.stringContaining("16 MiB") } });
    expect(await odd.call("go", { mib: 0 }, v.string())).toEqual({ ok: true, value: "" });
  });
});

describe("an abort", () => {
  const CANCELLABLE = `hello()
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "cancel":
        out(id=request["target"], error=dict(kind="cancelled", message="m", fix="f"))
        out(id=request["id"], ok=None)`;

  test("asks for the end, and the program says when it is there", async () => {
    const odd = await rpc(CANCELLABLE);
    const controller = new AbortController();
    const call = odd.call("wait", {}, Anything, { signal: controller.signal });
    controller.abort();
    expect(await call).toMatchObject({ ok: false, failure: { kind: "cancelled" } });
  });

  test("before the request does the same", async () => {
    const odd = await rpc(CANCELLABLE);
    const call = odd.call("wait", {}, Anything, { signal: AbortSignal.abort() });
    expect(await call).toMatchObject({ ok: false, failure: { kind: "cancelled" } });
  });

  test("alone settles nothing", async () => {
    const odd = await rpc(`hello()
waiting = json.loads(sys.stdin.readline()); cancel = json.loads(sys.stdin.readline())
time.sleep(0.3); out(id=waiting["id"], ok=[waiting["id"], cancel["target"]])
sys.stdin.read()`);
    const began = performance.now();
    const controller = new AbortController();
    const call = odd.call("wait", {}, v.array(v.number()), { signal: controller.signal });
    controller.abort();
    expect(await call).toEqual({ ok: true, value: [1, 1] });
    expect(performance.now() - began).toBeGreaterThan(250);
  });
});

describe("the log", () => {
  test("has what goes to a program and comes from it, what it says besides by whole lines, and its end", async () => {
    const log = new FakeLog();
    log.hide({ A_TOKEN: "one-secret-value" });
    const started = await start(
      `hello()
request = json.loads(sys.stdin.readline())
out(id=request["id"], event="half", text="one-secret-value")
sys.stderr.write("it is one-sec"); sys.stderr.flush(); time.sleep(0.2)
sys.stderr.write("ret-value\\nand the rest"); sys.stderr.flush()
sys.stdout.write("no JSON\\n")
out(id=request["id"], ok=1)
sys.stdin.read()`,
      ["no-such-python", "python3"],
      { log },
    );
    if (!started.ok) throw new Error(started.failure.message);
    expect(await started.value.call("go", { word: "one-secret-value" }, Anything)).toMatchObject({
      ok: true,
    });
    await started.value.close();
    const told = log.notes.map(({ at: _, ...note }) => note);
    expect(told.filter(({ what }) => what === "start").map(({ python }) => python)).toEqual([
      "no-such-python",
      "python3",
    ]);
    expect(told).toContainEqual({ what: "sent", to: "odd", message: { word: "<A_TOKEN>", id: 1, do: "go" } });
    expect(told).toContainEqual({
      what: "received",
      from: "gunicov_helper",
      message: { id: 1, event: "half", text: "<A_TOKEN>" },
    });
    expect(told).toContainEqual({ what: "received", from: "gunicov_helper", message: "no JSON" });
    expect(told.filter(({ what }) => what === "stderr").map(({ text }) => text)).toEqual([
      "it is <A_TOKEN>",
      "and the rest",
    ]);
    expect(told.at(-1)).toEqual({ what: "ended", program: "gunicov_helper", code: 0, signal: null });
  });
});

describe("a program that dies", () => {
  test("with a request under way: that fails, with what it said last, and so does every later one", async () => {
    const odd = await rpc(`hello()
sys.stdin.readline(); print("out of memory, say", file=sys.stderr); os._exit(9)`);
    const failed = {
      ok: false,
      failure: {
        kind: "server-lost",
        message: expect.stringContaining("exit code 9"),
        detail: "out of memory, say",
      },
    };
    const calls = [odd.call("go", {}, Anything), odd.call("go", {}, Anything)];
    for (const result of await Promise.all(calls)) expect(result).toMatchObject(failed);
    expect(await odd.call("go", {}, Anything)).toMatchObject(failed);
    expect(odd.gone).toMatchObject({ kind: "server-lost" });
  });

  test("by a signal", async () => {
    const odd = await rpc("hello()\nsys.stdin.readline(); os.kill(os.getpid(), 9)");
    const result = await odd.call("go", {}, Anything);
    expect(result).toMatchObject({ ok: false, failure: { message: expect.stringContaining("SIGKILL") } });
  });

  test("what is frozen, and will not say, can be given up", async () => {
    const odd = await rpc("hello()\nsys.stdin.read()");
    const call = odd.call("go", {}, Anything);
    const why = { kind: "server-lost", message: "It is paused.", fix: "Unpause it." } as const;
    odd.markGone(why);
    expect(await call).toEqual({ ok: false, failure: why });
    expect(await odd.call("go", {}, Anything)).toEqual({ ok: false, failure: why });
  });

  test("does not end with its stdin: it is killed", async () => {
    const odd = await rpc("hello()\nwhile True: time.sleep(60)");
    expect(await running()).toHaveLength(1);
    await odd.close();
    expect(await running()).toHaveLength(0);
  });
});

describe("a program that does not start", () => {
  test("because it dies: reported with what it said", async () => {
    const result = await start("sys.exit('no module named json, say')");
    expect(result).toMatchObject({
      ok: false,
      failure: {
        kind: "no-python",
        message: expect.stringContaining("did not start with python3"),
        detail: "no module named json, say",
      },
    });
  });

  test("because it says nothing: reported after a while", async () => {
    const began = performance.now();
    const result = await start("sys.stdin.read()", ["python3"], { patience: 300 });
    expect(result).toMatchObject({ ok: false, failure: { kind: "no-python" } });
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  test("because it speaks another version: reported at once", async () => {
    const began = performance.now();
    const result = await start("hello(protocol=2)\nsys.stdin.read()");
    expect(result).toMatchObject({
      ok: false,
      failure: { kind: "internal", message: expect.stringContaining("version") },
    });
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  test("with the first Python starts with the second", async () => {
    expect((await start(ECHO, ["no-such-python", "python3"])).ok).toBe(true);
  });

  test("because there is no Python", async () => {
    const result = await start(ECHO, ["no-such-python"]);
    expect(result).toMatchObject({ ok: false, failure: { kind: "no-command" } });
  });
});
