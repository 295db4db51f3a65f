import type { Result } from "../../../core/result.ts";
import type { EngineHandle } from "../../../engine/handle.ts";
import type { Action } from "../../../screen/context.ts";
import { useTerminal } from "./use-terminal.ts";

/** Opens an editor. Blocks until that is closed; fails where it was none. */
export type Editor = (path: string, line: number | null) => Result<void>;

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
      case "html":
        void openHtml(engine).then(tell, (error: unknown) => tell(String(error)));
        break;
      case "edit": {
        const path = engine.hostPath(action.path);
        lend(() => {
          const edited = editor(path, action.line);
          if (!edited.ok) tell(`${edited.failure.message} ${edited.failure.fix}`);
        }).catch((error: unknown) => tell(String(error)));
        break;
      }
      case "suspend":
        lend(suspend).catch((error: unknown) => tell(String(error)));
        break;
    }
  };
}

async function openHtml(engine: EngineHandle): Promise<string> {
  const result = await engine.openHtml();
  if (!result.ok) return `${result.failure.message} ${result.failure.fix}`;
  const { path, notOpened } = result.value;
  return notOpened === null ? `Opened ${path}` : `Written to ${path} (not opened: ${notOpened.message})`;
}
