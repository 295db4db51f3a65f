/** How a service's gunicorn is started, as far as that decides how it can be made to load a hook. */
import type { ProjectFiles, Survey } from "../ports/survey.ts";
import type { Finding, Started } from "./discovery.ts";
import { configOption } from "./gunicorn-config.ts";
import { imageVariables } from "./image-variables.ts";
import { type OwnHook, ownHookOf } from "./own-hook.ts";
import type { ServerService } from "./server-service.ts";

export async function startedOf(
  { view, starts }: ServerService,
  files: ProjectFiles,
  survey: Survey,
): Promise<Started> {
  return {
    commands: starts.map((start) => {
      const { text, where, ownPath } = start;
      return { text, where, ownPath, ...configOption(start) };
    }),
    imageEnv: await imageVariables(view, files, survey),
    ownHook: ownHookOf(starts, view.service, files),
  };
}

/** What a server with a hook of its own is good for, in one line. */
export function aboutOwnHook({ config, directory, where }: OwnHook): Finding {
  const data = directory === null ? "" : `, and its data go to ${directory} (${where})`;
  return {
    key: "hook",
    value: `the server's own (${config})`,
    why: `it measures each worker itself${data}; totals are shown as unproven`,
  };
}
