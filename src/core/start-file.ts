/** Files by their names: what only a new start of the server takes in. */

/** What containers, their images and environments are made from, and scripts that start the server. */
const OF_START =
  /^((docker-)?compose([.-].+)?\.ya?ml|(.+\.)?(Dockerfile|Containerfile)(\..+)?|\.dockerignore|requirements.*\.(txt|in)|constraints.*\.txt|Pipfile(\.lock)?|(poetry|uv|pdm|pixi)\.lock|environment\.ya?ml|Procfile(\..+)?|(start|run|entrypoint|docker-entrypoint|gunicorn|serve|server|boot|launch)([-_.].*)?\.(sh|bash))$/i;

/** By the file's name alone. */
export function takesEffectAtStart(name: string): boolean {
  return OF_START.test(name);
}

/** `.env`, `.env.local`, …: read by what starts the server, or by its code. */
export function isEnvironmentFile(name: string): boolean {
  return /^\.env(\.|rc$|$)/.test(name);
}

/** How people start a server anew, as the end of a sentence: gunicov does it itself with a server of its own. */
export function howAnew(ownServer: boolean): string {
  return ownServer ? " (R does it)" : "";
}
