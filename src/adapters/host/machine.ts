/** What this machine and this process are: the first things that are asked of a bug. */
import { arch, platform, release } from "node:os";

/** Variables that change what gunicov does, and are worth nothing to anybody else. */
const TELLING =
  /^(?:GUNICOV|DOCKER_|COMPOSE_|COVERAGE|PYTEST|PYTHON|NODE_|TERM$|COLORTERM$|NO_COLOR$|CI$|LANG$|LC_|VIRTUAL_ENV$|EDITOR$|VISUAL$|PATH$)/;

export function machine(): Readonly<Record<string, unknown>> {
  const { stdin, stdout, env } = process;
  return {
    node: process.versions.node,
    platform: platform(),
    release: release(),
    arch: arch(),
    pid: process.pid,
    argv: process.argv,
    cwd: process.cwd(),
    terminal: {
      stdin: stdin.isTTY === true,
      stdout: stdout.isTTY === true,
      columns: stdout.columns,
      rows: stdout.rows,
    },
    env: Object.fromEntries(Object.entries(env).filter(([name]) => TELLING.test(name))),
  };
}
