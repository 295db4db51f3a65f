import type { Selector } from "../../src/adapters/docker/labels.ts";
import { ProjectChoice, type Scope } from "../../src/adapters/docker/project.ts";

/** The choice of a compose project for one place, by its directory where nothing else is said. */
export function projectsOf(place: Selector, root: string, more: Partial<Scope> = {}): ProjectChoice {
  return new ProjectChoice({ root, configured: false, project: null, places: [place], ...more });
}
