/** Where no events come from the file system, or there are too many directories for them: chokidar looks at each file's time. */
import type { Verdict } from "./selection.ts";

export interface Polled {
  readonly verdict: (path: string, directory: boolean) => Verdict;
  readonly found: (paths: readonly string[]) => void;
  readonly touched: (path: string) => void;
}

/** Settles when a change will be seen; gives the way to stop. */
export async function poll(paths: readonly string[], polled: Polled): Promise<() => Promise<void>> {
  const { watch } = await import("chokidar");
  const { verdict } = polled;
  const watcher = watch([...paths], {
    ignored: (path, status) => {
      // It asks before it has looked what it is, and then again.
      if (status === undefined)
        return verdict(path, true) === "ignored" && verdict(path, false) === "ignored";
      return status.isDirectory() ? verdict(path, true) === "ignored" : verdict(path, false) !== "watched";
    },
    usePolling: true,
    atomic: false,
  });
  let ready = false;
  watcher.on("all", (event, path) => {
    if (event === "addDir" || event === "unlinkDir") return;
    if (!ready && event === "add") polled.found([path]);
    else polled.touched(path);
  });
  // One file or directory that can't be watched (no permission, a link to itself) takes nothing from the others.
  watcher.on("error", () => {});
  await new Promise<void>((resolve) => void watcher.once("ready", resolve));
  ready = true;
  return async () => await watcher.close();
}
