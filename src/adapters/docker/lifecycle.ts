/** What becomes of a container, by the engine's events; the engine itself may go and come back. */
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { failure } from "../../core/failure.ts";
import type { Result } from "../../core/result.ts";
import type { Lifecycle } from "../../ports/target.ts";
import { Lines } from "../helper/lines.ts";
import { type Labels, ownLabels, type Selector } from "./labels.ts";
import { isMeant, selectorName } from "./select.ts";

const EVENTS = ["die", "start", "pause", "unpause", "oom"];
const LINE_LIMIT = 1024 * 1024;
/** How long to wait before the engine is asked again, in ms. */
const RETRY = 1000;
/** A container dies of want of memory within so many seconds of the kernel's word of it, or of something else. */
const OOM_SECONDS = 2;
const WAITS = "gunicov goes on by itself then.";

interface EngineEvent {
  readonly Action?: string;
  readonly id?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Record<string, string> };
  /** Epoch seconds. */
  readonly time?: number;
}

/** Which container is followed: by its labels, because it may come back under another id. */
export interface Followed {
  readonly selector: Selector;
  /** Labels of the one that was selected last; null: none yet. */
  readonly known: () => Labels | null;
  /** Gets the labels of each container that starts or ends. */
  readonly saw?: (labels: Labels) => void;
}

export interface Following {
  /** Settles when nothing of what happens from then on is missed, or the engine does not answer. */
  readonly begun: Promise<void>;
  stop(): void;
}

/** Tells of the selected container until it is stopped. `connect` gives an engine that answers. */
export function followLifecycle(
  connect: () => Promise<Result<Docker>>,
  followed: Followed,
  tell: (event: Lifecycle) => void,
): Following {
  const stopped = new AbortController();
  const begun = Promise.withResolvers<void>();
  void follow(connect, followed, tell, begun.resolve, stopped.signal);
  return { begun: begun.promise, stop: () => stopped.abort() };
}

async function follow(
  connect: () => Promise<Result<Docker>>,
  followed: Followed,
  tell: (event: Lifecycle) => void,
  begun: () => void,
  signal: AbortSignal,
): Promise<void> {
  const events = new Events(followed, tell);
  let engine: "unknown" | "there" | "gone" = "unknown";
  while (!signal.aborted) {
    const stream = await eventsOf(connect);
    if (signal.aborted) {
      stream?.destroy();
      return;
    }
    if (stream !== null) {
      if (engine === "gone") tell({ type: "back" });
      engine = "there";
      begun();
      await events.read(stream, signal);
      if (signal.aborted) return;
    }
    // Whoever has just begun hears of it by what it wanted of the engine.
    if (engine === "there") tell({ type: "gone", failure: engineGone() });
    engine = "gone";
    begun();
    await sleep(RETRY, undefined, { signal }).catch(() => {});
  }
}

type Stream = NodeJS.ReadableStream & { destroy(): void };

async function eventsOf(connect: () => Promise<Result<Docker>>): Promise<Stream | null> {
  const connected = await connect();
  if (!connected.ok) return null;
  try {
    return (await connected.value.getEvents({
      filters: { type: ["container"], event: EVENTS },
    })) as Stream;
  } catch {
    return null;
  }
}

function engineGone() {
  return failure("no-engine", "The Docker engine has gone.", `Start it again: ${WAITS}`);
}

/** The engine's events, as far as they are of the container that is followed. */
class Events {
  readonly #followed: Followed;
  readonly #tell: (event: Lifecycle) => void;
  /** When the kernel last killed a process of it for want of memory, in epoch seconds. */
  #oomAt = Number.NEGATIVE_INFINITY;

  constructor(followed: Followed, tell: (event: Lifecycle) => void) {
    this.#followed = followed;
    this.#tell = tell;
  }

  /** Reads them until they end. */
  async read(stream: Stream, signal: AbortSignal): Promise<void> {
    const lines = new Lines(LINE_LIMIT, (line) => {
      if (line !== null) this.#take(line);
    });
    const destroy = () => stream.destroy();
    signal.addEventListener("abort", destroy, { once: true });
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => lines.push(text));
    await new Promise<void>((resolve) => {
      stream.once("end", resolve);
      stream.once("close", resolve);
      stream.once("error", () => resolve());
    });
    signal.removeEventListener("abort", destroy);
  }

  #take(line: string): void {
    const event = parse(line);
    const { selector, known } = this.#followed;
    const attributes = ownLabels(event?.Actor?.Attributes ?? {});
    this.#followed.saw?.(attributes);
    if (event === null || !isMeant(selector, attributes, event.Actor?.ID ?? event.id ?? "", known())) return;
    const who = `The container of ${selectorName(selector)}`;
    const at = event.time ?? 0;
    switch (event.Action) {
      case "start":
      case "unpause":
        this.#tell({ type: "back" });
        return;
      case "oom":
        this.#oomAt = at;
        return;
      case "die":
        this.#tellGone(`${who} ${this.#howEnded(at, attributes.exitCode)}.`, `Start it again: ${WAITS}`);
        return;
      case "pause":
        this.#tellGone(`${who} is paused.`, `Unpause it: ${WAITS}`);
        return;
      default:
        return;
    }
  }

  #howEnded(at: number, code = "unknown"): string {
    return at - this.#oomAt <= OOM_SECONDS
      ? `has run out of memory and was killed (exit code ${code})`
      : `has stopped (exit code ${code})`;
  }

  #tellGone(message: string, fix: string): void {
    this.#tell({ type: "gone", failure: failure("server-lost", message, fix) });
  }
}

function parse(line: string): EngineEvent | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
