import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { environment, ROOT, remove } from "../support/machine.ts";
import { project } from "../support/small-project.ts";

test.each([["doctor"], ["doctor", "--json"], ["init"], ["run", "--local"]])(
  "whoever reads gunicov %s has had enough (| head): no fault of gunicov's",
  async (...words) => {
    const directory = await project({ files: { "app.py": "" } });
    const program = spawn("node", [join(ROOT, "bin", "gunicov"), ...words], {
      ...{ cwd: directory, env: environment(), stdio: ["ignore", "pipe", "pipe"] },
    });
    program.stdout?.destroy();
    let said = "";
    program.stderr?.on("data", (text) => {
      said += text;
    });
    const [code] = await once(program, "close");
    expect(said).not.toMatch(/broken down|EPIPE/);
    expect(code).not.toBe(70);
    await remove(directory);
  },
);
