/** The rest of what an engine drives, in memory: time, watched directories, the place of the server, reports, the desktop. */
import type { ChangedFile, Changes as ChangedLines } from "../../src/core/changed-lines.ts";
import { type Failure, failure } from "../../src/core/failure.ts";
import type { CoverageKind } from "../../src/core/report-kind.ts";
import { fail, ok, type Result } from "../../src/core/result.ts";
import type { ScreenContent } from "../../src/core/screen-content.ts";
import type { Also, OtherData } from "../../src/ports/also.ts";
import type { Changes } from "../../src/ports/changes.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Meaning, Project, Reread } from "../../src/ports/project.ts";
import type { Publisher } from "../../src/ports/publisher.ts";
import type { Say } from "../../src/ports/say.ts";
import type { Exported } from "../../src/ports/server.ts";
import type { Channel, Lifecycle, LogLine, Target, Unsubscribe } from "../../src/ports/target.ts";
import type { Places, Watcher } from "../../src/ports/watcher.ts";
import type { Operations } from "./operations.ts";

/** Time stands still but for what `pass` lets go by. */
export class FakeClock implements Clock {
  #now = 1_700_000_000_000;
  #timers: { readonly due: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { due: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** How many calls back are to come. */
  get waiting(): number {
    return this.#timers.length;
  }

  pass(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter((timer) => timer.due <= this.#now);
    this.#timers = this.#timers.filter((timer) => timer.due > this.#now);
    for (const { callback } of due.toSorted((a, b) => a.due - b.due)) callback();
  }
}

export class FakeWatcher implements Watcher {
  /** Null: nothing is watched. */
  directories: readonly string[] | null = null;
  #tell: (files: readonly string[]) => void = () => {};

  async watch({ named }: Places, onChange: (files: readonly string[]) => void): Promise<readonly string[]> {
    this.directories = named;
    this.#tell = onChange;
    return named;
  }

  change(...files: readonly string[]): void {
    this.#tell(files);
  }

  unwatched(files: readonly string[]): readonly string[] {
    return files.filter((file) => !this.directories?.some((one) => file.startsWith(`${one}/`)));
  }

  async close(): Promise<void> {
    this.directories = null;
  }
}

const NOTHING: Unsubscribe = () => {};

/** Only its news: what is started in it, the fake server and tests do without. */
export class FakeTarget implements Target {
  readonly name = "fake target";
  readonly mappings = [];
  readonly serverPid = null;
  ownServer = false;
  saysWhenBack = true;
  /** Why it is gone. */
  gone: Failure | null = null;
  log: (line: LogLine) => void = () => {};
  life: (event: Lifecycle) => void = () => {};

  async open(): Promise<Result<void>> {
    return ok(undefined);
  }

  /** How often the user has had it started. */
  starts = 0;
  /** Why it can't be started. */
  refuses: Failure | null = null;

  async start(): Promise<Result<void>> {
    this.starts += 1;
    return this.refuses === null ? ok(undefined) : fail(this.refuses);
  }

  async spawn(): Promise<Result<Channel>> {
    throw new Error("nothing can be started in a fake");
  }

  async whyGone(): Promise<Failure | null> {
    return this.gone;
  }

  onLog(listener: (line: LogLine) => void): Unsubscribe {
    this.log = listener;
    return NOTHING;
  }

  onLifecycle(listener: (event: Lifecycle) => void): Unsubscribe {
    this.life = listener;
    return NOTHING;
  }

  async close(): Promise<void> {}
}

/** Each report that is written is an operation, with its name. */
export class FakePublisher implements Publisher {
  wanted: readonly CoverageKind[] = [];
  /** What was written, in order. */
  readonly written: string[] = [];
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  async html(): Promise<Result<string>> {
    return await this.#write("write html", "html", () => ok("/project/.gunicov/html/index.html"));
  }

  async keep(): Promise<Result<void>> {
    return await this.#write("keep", "kept", () => ok(undefined));
  }

  /** What it was given last. */
  content: ScreenContent | null = null;

  async publish(content: ScreenContent, exported: Exported | null): Promise<Result<void>> {
    this.content = content;
    const what = exported === null ? [] : this.wanted;
    if (what.length === 0) return ok(undefined);
    return await this.#write("publish", what.join("+"), () => ok(undefined));
  }

  async #write<T>(name: string, what: string, result: () => Result<T>): Promise<Result<T>> {
    const written = await this.#operations.run(name, null, async () => result());
    if (written.ok) this.written.push(what);
    return written;
  }
}

/** Changed lines, as a test says. */
export class FakeChanges implements Changes {
  wanted: Changes["wanted"] = null;
  base: string | null = null;
  files: readonly ChangedFile[] = [];
  refuses: Failure | null = null;

  async since(base: string): Promise<Result<ChangedLines>> {
    if (this.refuses !== null) return fail(this.refuses);
    return ok({ base, mergeBase: "abc", files: this.files });
  }
}

/** Measurements whose reading is an operation; a test says when something has changed. */
export class FakeAlso implements Also {
  names: readonly string[] = [];
  data: readonly OtherData[] = [];
  changed: () => void = () => {};
  /** What each reading was asked: all again? */
  readonly asked: boolean[] = [];
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  async read(again: boolean, _say: Say, signal: AbortSignal): Promise<Result<readonly OtherData[]>> {
    this.asked.push(again);
    return await this.#operations.run("also", signal, async () => ok(this.data));
  }

  async watch(changed: () => void): Promise<void> {
    this.changed = changed;
  }

  async close(): Promise<void> {}
}

/** Everything is a save; settings are never read again but where a test says so. */
export class FakeProject implements Project {
  readonly about = "fake project";
  readonly found = null;
  readonly kept: string[] = [];
  aside: readonly string[] = [];
  meanings: Readonly<Record<string, Meaning>> = {};
  rereads: Result<Reread> = fail(failure("config", "It can't be read.", "Fix it."));
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  places(): Places {
    return { named: [`${this.#root}/src`], found: [], beside: null, ignore: [], include: [] };
  }

  meaning(file: string): Meaning {
    return this.meanings[file] ?? "save";
  }

  async reread(): Promise<Result<Reread>> {
    return this.rereads;
  }

  named(): boolean {
    return false;
  }

  async readAside(): Promise<readonly string[]> {
    return this.aside;
  }

  async keepAside(names: readonly string[]): Promise<void> {
    this.kept.splice(0, this.kept.length, ...names);
  }
}
