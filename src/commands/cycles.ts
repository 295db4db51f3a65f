/** `gunicov watch` and `gunicov run`: cycles, shown on a surface. */
import { inRepository } from "../adapters/host/repository.ts";
import { annotationsOf } from "../config/annotations.ts";
import { policyOf } from "../config/policy.ts";
import type { EngineHandle } from "../engine/handle.ts";
import type { Command } from "./command.ts";
import { complain } from "./complain.ts";
import { prepare } from "./prepare.ts";
import { openSettings } from "./settings.ts";

type Surface = "ink" | "text" | "ndjson";

/** Ends when the user quits, or after one cycle; gives what its outcome says (docs/protocol.md). */
export const cycles: Command = async (asked, { version, log, crash }) => {
  const opened = await openSettings(asked, log);
  if (!opened.ok) return complain(opened.failure, asked.json);
  const live = opened.value;
  const terminal = process.stdout.isTTY === true && process.stdin.isTTY === true;
  const surface: Surface = asked.json ? "ndjson" : asked.do === "watch" && terminal ? "ink" : "text";
  // Facts can be read for ever through a pipe when watching was asked for; plain text without a terminal is one run.
  const watching =
    asked.do === "watch" && (surface === "ink" || (asked.json && (asked.explicit || terminal)));
  const refused = await prepare(live.current, watching);
  if (refused !== null) return complain(refused, asked.json);
  const [show, engine] = await Promise.all([
    SURFACES[surface](),
    import("../wire.ts").then(({ wire }) => wire(live, policyOf(live.current, watching), log, log.path)),
  ]);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const quit = () => engine.dispatch({ type: "quit" });
  for (const signal of signals) process.on(signal, quit);
  process.stdout.on("error", quit);
  // The terminal has gone, and with a shell that keeps SIGHUP to itself nothing else says so.
  if (surface === "ink") for (const event of ["end", "error"]) process.stdin.on(event, quit);
  crash.showing = true;
  const located = (path: string) => inRepository(engine.hostPath(path), live.current.root);
  const restorable = (restore: () => void) => {
    crash.restore = restore;
  };
  const done = show(engine, version, restorable, annotationsOf(live.current) === null ? null : located);
  engine.start();
  const code = await engine.ended;
  await done;
  return code;
};

/** Shows an engine from now on; settles when the terminal is as it was before. `restorable` gets the way to have it so at once; `locate`: annotations are wanted, with these paths. */
type Show = (
  engine: EngineHandle,
  version: string,
  restorable: (restore: () => void) => void,
  locate: ((path: string) => string) | null,
) => Promise<void>;

const write = (text: string) => void process.stdout.write(text);

/** Loaded when chosen: NDJSON needs no React. */
const SURFACES: Readonly<Record<Surface, () => Promise<Show>>> = {
  ndjson: async () => {
    const { runNdjson } = await import("../surfaces/ndjson/ndjson.ts");
    return async (engine) => runNdjson(engine, write);
  },
  text: async () => {
    const { runText } = await import("../surfaces/text/text.ts");
    return async (engine, _version, _restorable, locate) => runText(engine, write, locate);
  },
  ink: async () => {
    const [{ runInk }, { editFile }, { suspendProcess }, { keepSmall }] = await Promise.all([
      import("../surfaces/ink/run.tsx"),
      import("../adapters/host/editor.ts"),
      import("../adapters/host/suspend.ts"),
      import("../adapters/host/memory.ts"),
    ]);
    const color = !process.env.NO_COLOR;
    return async (engine, version, restorable) => {
      const options = { version, color, editor: editFile, suspend: suspendProcess, restorable };
      const done = runInk(engine, options);
      keepSmall();
      await done;
    };
  },
};
