import { useEffect, useState } from "react";
import type { EngineHandle, Snapshot } from "../../../engine/handle.ts";
import { createSourceView, type OpenedText, type ShownSource } from "../../../screen/source.ts";
import type { Opened } from "../../../screen/state.ts";

/** The file that is open, with its marks. It is read again with each report and each change: it may be another text. */
export function useSource(
  engine: EngineHandle,
  opened: Opened | null,
  { content, state }: Snapshot,
): ShownSource | null {
  const path = opened?.kind === "source" ? opened.path : null;
  const [text, setText] = useState<OpenedText | null>(null);
  const [view] = useState(createSourceView);
  const { report } = content;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a report or a change is the reason to ask again.
  useEffect(() => {
    if (path === null) {
      setText(null);
      return undefined;
    }
    let current = true;
    const show = (found: Partial<OpenedText>) => {
      if (!current) return;
      // What came before stays where a later reading fails: the server may just be restarting.
      setText((before) => ({
        newest: before?.path === path ? before.newest : null,
        message: null,
        ...found,
        path,
      }));
    };
    void engine.source(path).then(
      (read) => {
        if (read.ok) show({ newest: read.value });
        else show({ message: `${read.failure.message} ${read.failure.fix}` });
      },
      (error: unknown) => show({ message: String(error) }),
    );
    return () => {
      current = false;
    };
  }, [engine, path, report, state.changes]);
  if (path === null) return null;
  const read = text?.path === path ? text : { path, newest: null, message: "Reading…" };
  return view(read, report);
}
