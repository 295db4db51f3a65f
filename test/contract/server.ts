/** What every server promises (src/ports/server.ts), held against the real ones and the fake alike. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FactBody } from "../../src/core/fact.ts";
import { FAST_PATHS } from "../../src/core/fast-paths.ts";
import type { Report } from "../../src/core/report.ts";
import type { Result } from "../../src/core/result.ts";
import type { Server } from "../../src/ports/server.ts";

/** The source that a subject starts with. Every line of it is run by one request. */
export const APP = `def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
`;

export interface ServerSubject {
  readonly server: Server;
  /** The project's directory on the host, with app.py in it. */
  readonly root: string;
  readonly workers: number;
  /** Changes app.py. */
  write(text: string): Promise<void>;
  /** Has the app answer a request. */
  request(): Promise<void>;
  /** What it speaks through is killed, and the server lives; null: it speaks through nothing. */
  readonly cut: (() => Promise<void>) | null;
  close(): Promise<void>;
}

const NEVER = new AbortController().signal;

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.kind}: ${result.failure.message}`);
  return result.value;
}

export function serverContract(name: string, make: () => Promise<ServerSubject>): void {
  describe(`${name} keeps the server's promises`, () => {
    let subject: ServerSubject;
    let server: Server;
    const app = () => join(subject.root, "app.py");

    beforeAll(async () => {
      subject = await make();
      server = subject.server;
    });
    afterAll(() => subject?.close());

    async function saveAndRestart(text: string, signal = NEVER) {
      await subject.write(text);
      return value(await server.restart(() => {}, signal));
    }

    /** Saves, measures a request, and gives what was said and collected. */
    async function measured(partial = false): Promise<{ facts: FactBody[]; report: Report }> {
      const facts: FactBody[] = [];
      const flush = value(await server.flush((fact) => facts.push(fact), NEVER));
      return { facts, report: value(await server.collect(flush, partial, () => {}, NEVER)) };
    }

    test("before it is found it fails, and says so", async () => {
      const result = await server.restart(() => {}, NEVER);
      expect(result).toMatchObject({
        ok: false,
        failure: { kind: "server-lost", fix: expect.stringMatching(/./) },
      });
    });

    test("find tells who it is, the same each time", async () => {
      const first = value(await server.find(NEVER));
      expect(first.name).not.toBe("");
      expect(first.master).toBeGreaterThan(1);
      expect(value(await server.find(NEVER))).toEqual(first);
    });

    test("check passes what compiles and what is gone", async () => {
      const files = [
        { path: app(), sha256: sha256(APP) },
        { path: join(subject.root, "gone.py"), sha256: null },
      ];
      expect(value(await server.check(files, NEVER))).toEqual({ failures: [], unloaded: [], lagging: [] });
    });

    test("check tells a SyntaxError and where it is, with the path from the root", async () => {
      const text = `${APP}def (\n`;
      await subject.write(text);
      const { failures, lagging } = value(await server.check([{ path: app(), sha256: sha256(text) }], NEVER));
      expect(failures).toMatchObject([{ path: "app.py", line: 4, text: expect.stringContaining("def (") }]);
      expect(failures[0]?.message).toContain("invalid syntax");
      expect(lagging).toEqual([]);
      await subject.write(APP);
    });

    test("check tells a file of which it sees other bytes than the host", async () => {
      const result = await server.check([{ path: app(), sha256: sha256("other bytes") }], NEVER);
      expect(value(result)).toEqual({ failures: [], unloaded: [], lagging: ["app.py"] });
    });

    test("restart gives a new generation of workers", async () => {
      const first = value(await server.restart(() => {}, NEVER));
      const second = value(await server.restart(() => {}, NEVER));
      expect(second.generation).toBe(first.generation + 1);
      expect(second).toMatchObject({ bootErrors: [], configError: null });
      expect(second.workers).toHaveLength(subject.workers);
      const ages = [...first.workers, ...second.workers].map((worker) => worker.age);
      expect(new Set(ages).size).toBe(2 * subject.workers);
    });

    test("each step tells which fast paths it took, and why not", async () => {
      const facts: FactBody[] = [];
      const say = (fact: FactBody) => void facts.push(fact);
      value(await server.restart(say, NEVER));
      const flush = value(await server.flush(say, NEVER));
      value(await server.collect(flush, false, say, NEVER));
      const told = facts.filter((fact) => fact.type === "cycle.fast-paths");
      const ofServer = FAST_PATHS.filter((name) => name.startsWith("server."));
      const names = told.map(({ paths }) => paths.map(({ name }) => name).toSorted());
      expect(names).toEqual([ofServer.toSorted(), ofServer.toSorted(), ["coverage.keep_rows"]]);
      expect(told.flatMap(({ paths }) => paths).filter(({ used }) => !used)).toEqual([]);
    });

    test("code that does not boot is reported with its traceback, and good code boots again", async () => {
      const broken = await saveAndRestart("import nothing_of_that_name\n");
      expect(broken.bootErrors.length).toBeGreaterThan(0);
      expect(broken.bootErrors[0]?.traceback).toContain("No module named 'nothing_of_that_name'");
      expect(await saveAndRestart(APP)).toMatchObject({ bootErrors: [] });
    });

    test("flush says each data file, and all workers have written one", async () => {
      await saveAndRestart(APP);
      await subject.request();
      const facts: FactBody[] = [];
      const flush = value(await server.flush((fact) => facts.push(fact), NEVER));
      expect(flush).toMatchObject({
        expected: subject.workers,
        written: subject.workers,
        lost: [],
        requests: 1,
      });
      const said = facts.filter(({ type }) => type !== "cycle.fast-paths");
      const counts = said.map((fact) =>
        fact.type === "coverage.file" ? [fact.written, fact.expected] : fact.type,
      );
      expect(counts).toEqual(
        Array.from({ length: subject.workers }, (_, index) => [index + 1, subject.workers]),
      );
    });

    test("collect reports what ran, by the paths from the root, as complete", async () => {
      await saveAndRestart(APP);
      await subject.request();
      const { report } = await measured();
      expect(report).toMatchObject({ complete: true, reasons: [], partial: false });
      const file = report.files.find((one) => one.path === "app.py");
      expect(file).toMatchObject({ executed_lines: [1, 2, 3], missing_lines: [] });
      expect(file?.inside.startsWith("/")).toBe(true);
      expect(file?.summary).toMatchObject({ num_statements: 3, covered_lines: 3, percent_covered: 100 });
    });

    test("collect marks a selection's report", async () => {
      await saveAndRestart(APP);
      expect((await measured(true)).report.partial).toBe(true);
    });

    test("workers are fresh after a flush, until they serve or their source changes", async () => {
      await saveAndRestart(APP);
      const { report } = await measured();
      await untilFresh();
      const changed = value(await server.freshness([app()], NEVER));
      expect(changed.fresh).toBe(false);
      expect(changed.generation).toBeGreaterThan(report.generations[0] ?? 0);
      await subject.request();
      const served = value(await server.freshness([], NEVER));
      expect(served.fresh).toBe(false);
      expect(served.why).not.toBe("");
    });

    /** A flush does not wait until the next generation has booted. */
    async function untilFresh(): Promise<void> {
      await expect
        .poll(async () => value(await server.freshness([], NEVER)).fresh, { timeout: 20_000 })
        .toBe(true);
    }

    test("html, export and source give the last report's files", async () => {
      await saveAndRestart(APP);
      await subject.request();
      const { report } = await measured();
      const pages = value(await server.html(NEVER));
      const index = pages.find((page) => page.path === "index.html");
      expect(Buffer.from(index?.data ?? []).toString()).toMatch(/^<!DOCTYPE html>/i);
      const { json, data } = value(await server.export(NEVER));
      expect(JSON.parse(json).totals.covered_lines).toBe(report.totals.covered_lines);
      expect(Object.keys(JSON.parse(json).files)).toContain(app());
      expect(Buffer.from(data).subarray(0, 15).toString()).toBe("SQLite format 3");
      const source = value(await server.source("app.py"));
      expect(source.text).toBe(APP);
      expect(source.sha256, "what was measured").toBe(
        report.files.find(({ path }) => path === "app.py")?.sha256,
      );
      expect((await server.source("/etc/hostname")).ok).toBe(false);
    });

    test("what is aborted before it began settles as cancelled, and the next works", async () => {
      const aborted = AbortSignal.abort();
      for (const result of [
        await server.flush(() => {}, aborted),
        await server.export(aborted),
        await server.html(aborted),
      ]) {
        // What was quicker than its cancelling has settled as ever.
        if (!result.ok) expect(result.failure.kind).toBe("cancelled");
      }
      expect(await saveAndRestart(APP)).toMatchObject({ bootErrors: [] });
    });

    test("a restart that is aborted settles when it is through: the next one gives the next generation", async () => {
      const controller = new AbortController();
      const { generation } = value(await server.restart(() => {}, NEVER));
      const restarting = server.restart(() => {}, controller.signal);
      controller.abort();
      const result = await restarting;
      if (!result.ok) expect(result.failure.kind).toBe("cancelled");
      const next = value(await server.restart(() => {}, NEVER));
      expect([1, 2]).toContain(next.generation - generation);
      expect(next.workers).toHaveLength(subject.workers);
    });

    test.each([0, 10, 30])("a flush that is aborted after %i ms leaves no reload behind it", async (ms) => {
      const controller = new AbortController();
      await saveAndRestart(APP);
      await subject.request();
      const flushing = server.flush(() => {}, controller.signal);
      await sleep(ms);
      controller.abort();
      const result = await flushing;
      if (!result.ok) expect(result.failure.kind).toBe("cancelled");
      const { generation } = await saveAndRestart(APP);
      // A reload that came late would end these workers, and take their data with it.
      await sleep(500);
      expect(value(await server.freshness([], NEVER))).toMatchObject({ generation, fresh: true });
    });

    test("cut off in a cycle it says so, and the next cycle finds it again", async ({ skip }) => {
      const { cut } = subject;
      if (cut === null) return skip();
      await saveAndRestart(APP);
      await subject.request();
      await cut();
      // Another connection may be to another master: its data is not that of these tests.
      const flush = await server.flush(() => {}, NEVER);
      expect(flush).toMatchObject({ ok: false, failure: { kind: "server-lost" } });
      expect(value(await server.freshness([], NEVER)).fresh).toBe(false);
      await saveAndRestart(APP);
      await subject.request();
      expect((await measured()).report).toMatchObject({ complete: true, requests: 1 });
    });

    test("closed, it fails at once and does not hang", async () => {
      await server.close();
      expect((await server.restart(() => {}, NEVER)).ok).toBe(false);
      await server.close();
    });
  });
}
