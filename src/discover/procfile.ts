/** A Procfile: the processes that a service is made of, one of which may be gunicorn. */
import type { ProjectFiles } from "../ports/survey.ts";
import { gunicornStart } from "./gunicorn-command.ts";
import { environmentWith } from "./python.ts";
import { scriptsIn } from "./scripts.ts";
import { throughShell } from "./words.ts";

export interface Process {
  readonly name: string;
  readonly command: string;
  readonly line: number;
}

/** How the processes of a Procfile are started here. */
export interface FromProcfile {
  /** gunicorn's command, as a shell reads it. */
  readonly text: string;
  /** Words that start all processes, gunicorn with them. Null: gunicorn alone is started. */
  readonly together: readonly string[] | null;
  /** Processes beside it, which it may need. */
  readonly others: readonly string[];
  readonly why: string;
}

/** Once for each process that is gunicorn. */
export function fromProcfiles(files: ProjectFiles): readonly FromProcfile[] {
  return ["Procfile.dev", "Procfile"].flatMap((path) => {
    const processes = processesIn(files.text(path) ?? "");
    const servers = processes.filter(
      ({ command }) => gunicornStart(throughShell(command), scriptsIn(files, ".")) !== null,
    );
    return servers.map((server) => {
      // Heroku runs it once, before the others.
      const others = processes.filter((one) => one !== server && one.name !== "release");
      return {
        text: server.command,
        together: others.length === 0 || servers.length > 1 ? null : honcho(files, path, server, processes),
        others: others.map(({ name }) => name),
        why: `${path}:${server.line}, ${server.name}`,
      };
    });
  });
}

function processesIn(text: string): readonly Process[] {
  return text.split("\n").flatMap((line, index) => {
    const [, name, command] = /^([\w-]+):\s*(.+)$/.exec(line.trim()) ?? [];
    return name === undefined || command === undefined ? [] : [{ name, command, line: index + 1 }];
  });
}

/** Null: it is not installed here, or would give gunicorn another port. The first process gets the port that it is told. */
function honcho(
  files: ProjectFiles,
  path: string,
  server: Process,
  [first]: readonly Process[],
): readonly string[] | null {
  const place = environmentWith(files, "honcho");
  if (place === null || server !== first || !/\$\{?PORT\b/.test(server.command)) return null;
  const file = path === "Procfile" ? "" : ` -f ${path}`;
  return throughShell(`. ${place}/bin/activate && exec honcho${file} start -p {port}`);
}
