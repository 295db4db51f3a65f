/** What becomes of a container, by the engine's events. */
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { failure } from "../../core/failure.ts";
import type { Lifecycle } from "../../ports/target.ts";
import { Lines } from "../helper/lines.ts";
import { isMeant, type Labels, type Selector, selectorName } from "./select.ts";

const EVENTS = ["die", "start", "pause", "unpause", "oom"];
const LINE_LIMIT = 1024 * 1024;
const RETRY = 1000;

interface EngineEvent {
  readonly Action?: string;
  readonly id?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Record<string, string> };
}

/** Which container is followed: by its labels, because it may come back under another id. */
export interface Followed {
  readonly selector: Selector;
  /** Labels of the one that was selected last; null: none yet. */
  readonly known: () => Labels | null;
}

/** Tells of the selected container until it is stopped. */
export function followLifecycle(
  docker: Docker,
  followed: Followed,
  tell: (event: Lifecycle) => void,
): () => void {
  const stopped = new AbortController();
  void follow(docker, followed, tell, stopped.signal);
  return () => stopped.abort();
}

async function follow(
  docker: Docker,
  followed: Followed,
  tell: (event: Lifecycle) => void,
  signal: AbortSignal,
): Promise<void> {
  let away = false;
  while (!signal.aborted) {
    try {
      const stream = await docker.getEvents({ filters: { type: ["container"], event: EVENTS } });
      if (away) tell({ type: "back" });
      away = false;
      await readEvents(stream, followed, tell, signal);
    } catch {
      // Told below: the engine does not answer.
    }
    if (signal.aborted) return;
    if (!away) tell({ type: "lost", failure: engineGone() });
    away = true;
    await sleep(RETRY, undefined, { signal }).catch(() => {});
  }
}

function engineGone() {
  return failure(
    "no-engine",
    "The Docker engine has gone.",
    "Start it again: gunicov goes on by itself then.",
  );
}

async function readEvents(
  stream: NodeJS.ReadableStream,
  followed: Followed,
  tell: (event: Lifecycle) => void,
  signal: AbortSignal,
): Promise<void> {
  const lines = new Lines(LINE_LIMIT, (line) => {
    const event = line === null ? null : toLifecycle(line, followed);
    if (event) tell(event);
  });
  const destroy = () => (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
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

function toLifecycle(line: string, { selector, known }: Followed): Lifecycle | null {
  let event: EngineEvent;
  try {
    event = JSON.parse(line);
  } catch {
    return null;
  }
  const attributes = event.Actor?.Attributes ?? {};
  if (!isMeant(selector, attributes, event.Actor?.ID ?? event.id ?? "", known())) return null;
  const name = selectorName(selector);
  switch (event.Action) {
    case "start":
    case "unpause":
      return { type: "back" };
    case "die": {
      const code = attributes.exitCode ?? "unknown";
      return lost(
        `The container of ${name} has stopped (exit code ${code}).`,
        "Start it again: gunicov goes on by itself then.",
      );
    }
    case "pause":
      return lost(`The container of ${name} is paused.`, "Unpause it: gunicov goes on by itself then.");
    default:
      return null;
  }
}

function lost(message: string, fix: string): Lifecycle {
  return { type: "lost", failure: failure("server-lost", message, fix) };
}
