/** The fast paths that bench/ablate switches off, one at a time. docs/performance.md has the same table, with what each wins. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Setting } from "../ways/way.ts";

export interface FastPath {
  /** As GUNICOV_WITHOUT names it, or the key of the configuration. */
  readonly name: string;
  /** The same project without it. */
  off(setting: Setting): Setting;
}

/** One of the hook's or the helper's. */
function ofServer(name: string): FastPath {
  return {
    name,
    off: (setting) => ({ ...setting, options: [...setting.options, "-e", `GUNICOV_WITHOUT=${name}`] }),
  };
}

const WARM: FastPath = {
  name: "tests.warm",
  off: (setting) => ({
    ...setting,
    async change(demo) {
      await setting.change(demo);
      const file = join(demo, "gunicov.toml");
      const text = await readFile(file, "utf8");
      await writeFile(file, text.replace("[tool.gunicov.tests]\n", "$&warm = false\n"));
    },
  }),
};

/** As python/gunicov_hook/fast_paths.py has them. */
const OF_SERVER = [
  "preload",
  "code",
  "joins",
  "quick-start",
  "real-paths",
  "early-end",
  "report-first",
  "hasten-end",
];

export const FAST_PATHS: readonly FastPath[] = [...OF_SERVER.map(ofServer), WARM];
