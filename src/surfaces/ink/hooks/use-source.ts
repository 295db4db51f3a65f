import { useEffect, useState } from "react";
import { cleanLines } from "../../../core/text.ts";
import type { EngineHandle } from "../../../engine/handle.ts";
import type { Opened } from "../../../screen/state.ts";
import type { Source } from "../screens/page.ts";

/** Text of the file that is open; asked for again with each new report, as the file may have changed. */
export function useSource(engine: EngineHandle, opened: Opened | null, cycle: number): Source | null {
  const [source, setSource] = useState<Source | null>(null);
  const path = opened?.kind === "source" ? opened.path : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new report is the reason to ask again.
  useEffect(() => {
    if (path === null) {
      setSource(null);
      return undefined;
    }
    let current = true;
    const show = (found: Source) => {
      if (current) setSource(found);
    };
    void engine.source(path).then(
      (result) => {
        if (result.ok) show({ path, lines: cleanLines(result.value), message: null });
        else show({ path, lines: [], message: `${result.failure.message} ${result.failure.fix}` });
      },
      (error: unknown) => show({ path, lines: [], message: String(error) }),
    );
    return () => {
      current = false;
    };
  }, [engine, path, cycle]);
  return source;
}
