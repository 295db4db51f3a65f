import type { Places } from "../../src/ports/watcher.ts";

/** Directories that were asked for by name, and nothing else. */
export function named(directories: readonly string[], more: Partial<Places> = {}): Places {
  return { named: directories, found: [], beside: null, ignore: [], include: [], ...more };
}
