import { useApp } from "ink";
import type { Action } from "../../../core/view/context.ts";
import type { EngineView } from "../../../engine/view.ts";

/** Opens an editor and gives back when that is closed. */
export type Editor = (path: string, line: number | null) => void;

/** Does what the view asks for; what comes of it later is told as a notice. */
export function useActions(
  engine: EngineView,
  editor: Editor,
  tell: (text: string) => void,
): (action: Action) => void {
  const { suspendTerminal } = useApp();
  return (action) => {
    switch (action.type) {
      case "rerun":
      case "pause":
      case "cancel":
      case "quit":
        engine.dispatch(action);
        break;
      case "html":
        void openHtml(engine).then(tell, (error: unknown) => tell(String(error)));
        break;
      case "edit": {
        const path = engine.hostPath(action.path);
        suspendTerminal(() => editor(path, action.line)).catch((error: unknown) => tell(String(error)));
        break;
      }
    }
  };
}

async function openHtml(engine: EngineView): Promise<string> {
  const result = await engine.openHtml();
  if (!result.ok) return `${result.failure.message} ${result.failure.fix}`;
  const { path, notOpened } = result.value;
  return notOpened === null ? `Opened ${path}` : `Written to ${path} (not opened: ${notOpened.message})`;
}
