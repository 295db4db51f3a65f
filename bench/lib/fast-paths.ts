/** The fast paths that bench/ablate switches off, one at a time, as a user does: in the configuration. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FAST_PATHS } from "../../src/core/fast-paths.ts";
import type { Setting } from "../ways/way.ts";

/** The same project without one of them. */
export function without(path: (typeof FAST_PATHS)[number], setting: Setting): Setting {
  const [table, key] = path.split(".");
  return {
    ...setting,
    async change(demo) {
      await setting.change(demo);
      const file = join(demo, "gunicov.toml");
      const text = await readFile(file, "utf8");
      const heading = `[tool.gunicov.${table}]\n`;
      const whole = text.includes(heading) ? text : `${text}\n${heading}`;
      await writeFile(file, whole.replace(heading, `${heading}${key} = false\n`));
    },
  };
}

export { FAST_PATHS };
