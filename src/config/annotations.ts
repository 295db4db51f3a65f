/** Whether something reads annotations from stdout. */
import type { Settings } from "./settings.ts";

/** A flag wins over what the environment says; null: nobody does. */
export function annotationsOf({ annotations }: Pick<Settings, "annotations">): "github" | null {
  if (annotations !== null) return annotations === "none" ? null : annotations;
  return process.env.GITHUB_ACTIONS === "true" ? "github" : null;
}
