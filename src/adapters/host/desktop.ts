/** The user's desktop. */
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Desktop } from "../../ports/desktop.ts";

/** An opener that has not failed by then has opened, in ms: some stay in the foreground. */
const PATIENCE = 1500;

export const systemDesktop: Desktop = {
  async open(path: string): Promise<Result<void>> {
    const [file, ...args] = opener(path);
    const { execa } = await import("execa");
    const running = execa(file, args, { stdio: "ignore", detached: true, reject: false, cleanup: false });
    running.nodeChildProcess.unref();
    const result = await Promise.race([
      running,
      new Promise<null>((resolve) => setTimeout(resolve, PATIENCE, null).unref()),
    ]);
    if (result === null || !result.failed) return ok(undefined);
    return fail(failure("no-command", `${file} can't open it.`, `Open it yourself: ${path}`));
  },
};

function opener(path: string): [string, ...string[]] {
  switch (process.platform) {
    case "darwin":
      return ["open", path];
    case "win32":
      return ["explorer.exe", path];
    default:
      return ["xdg-open", path];
  }
}
