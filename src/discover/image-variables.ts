/** The variables that a service has of its image: what sets one of these again must not lose their values. */
import { join } from "node:path";
import type { ProjectFiles, Survey } from "../ports/survey.ts";
import type { ServiceView } from "./compose.ts";
import { imageStart } from "./dockerfile.ts";

type Variables = Readonly<Record<string, string>>;

/** As its container has them, else as its Dockerfile or its image says. Null: neither is here. */
export async function imageVariables(
  { service: { build, image }, container }: ServiceView,
  files: ProjectFiles,
  survey: Survey,
): Promise<Variables | null> {
  if (container !== null) return container.env;
  const text = build === null ? null : files.text(join(build.context, build.dockerfile));
  const stage = text === null ? null : imageStart(text, build?.target ?? null, build?.args);
  if (stage === null) return image === null ? null : ((await survey.image(image))?.env ?? null);
  const base = stage.base ? await survey.image(stage.base) : null;
  return stage.env(base?.env ?? {});
}
