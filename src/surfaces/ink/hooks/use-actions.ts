import type { Failure } from "../../../core/failure.ts";
import type { Result } from "../../../core/result.ts";
import type { EngineHandle } from "../../../engine/handle.ts";
import type { Action } from "../../../screen/context.ts";
import { type Lend, useTerminal } from "./use-terminal.ts";

export interface EditorStart {
  readonly name: string;
  /** It needs the terminal while `run` has not settled. */
  readonly inTerminal: boolean;
  /** Settles when the editor has ended; fails where it was none. */
  readonly run: () => Promise<Result<void>>;
}

/** How to open a file in the user's editor; fails where there is none. */
export type Editor = (path: string, line: number | null) => Result<EditorStart>;

/** Stops gunicov until the shell continues it. */
export type Suspend = () => Promise<void>;

/** What the surface does beside what goes to the engine. Both are given the terminal. */
export interface TerminalUses {
  readonly editor: Editor;
  readonly suspend: Suspend;
}

/** Does what the screen asks for; what comes of it later is shown as a notice. */
export function useActions(
  engine: EngineHandle,
  { editor, suspend }: TerminalUses,
  tell: (text: string) => void,
): (action: Action) => void {
  const lend = useTerminal();
  return (action) => {
    switch (action.type) {
      case "rerun":
      case "pause":
      case "cancel":
      case "start-anew":
      case "quit":
        engine.dispatch(action);
        break;
      case "judge":
        engine.judgeAgain();
        break;
      case "html":
        void openHtml(engine).then(tell, (error: unknown) => tell(String(error)));
        break;
      case "edit": {
        const started = editor(engine.hostPath(action.path), action.line);
        if (started.ok) edit(started.value, action, lend, tell);
        else tell(words(started.failure));
        break;
      }
      case "suspend":
        lend(suspend).catch((error: unknown) => tell(String(error)));
        break;
    }
  };
}

function edit(
  { name, inTerminal, run }: EditorStart,
  { path, line }: Action & { type: "edit" },
  lend: Lend,
  tell: (text: string) => void,
): void {
  const open = async () => {
    const edited = await run();
    if (!edited.ok) tell(words(edited.failure));
  };
  if (!inTerminal) tell(`Opened ${path}${line === null ? "" : `:${line}`} in ${name}.`);
  (inTerminal ? lend(open) : open()).catch((error: unknown) => tell(String(error)));
}

function words({ message, fix }: Failure): string {
  return `${message} ${fix}`;
}

async function openHtml(engine: EngineHandle): Promise<string> {
  const result = await engine.openHtml();
  if (!result.ok) return words(result.failure);
  const { path, notOpened } = result.value;
  return notOpened === null ? `Opened ${path}` : `Written to ${path} (not opened: ${notOpened.message})`;
}
