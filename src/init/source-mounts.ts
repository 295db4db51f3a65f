/** Source that the image has a copy of: a save reaches the server only where it is mounted over it. */
import { join } from "node:path";
import type { Files } from "./change.ts";
import { copiedOf } from "./dockerfile.ts";
import type { Found, FoundService } from "./found.ts";

export interface Mount {
  readonly host: string;
  readonly inside: string;
}

/** Empty: it can't be told. */
export function sourceMounts({ config }: Found, { build }: FoundService, files: Files): readonly Mount[] {
  const dockerfile = build === null ? null : files.text(join(build.context, build.dockerfile));
  if (build === null || dockerfile === null) return [];
  const tests = (config.tests?.source ?? []).map((path) => path.split("/")[0] ?? path);
  return copiedOf(dockerfile).copied.flatMap(({ from, to }) => {
    const host = join(build.context, from);
    if (from !== ".") return hasPython(host, files) ? [{ host, inside: to }] : [];
    const entries = files.list(host);
    // Modules right in it: they are mounted with all that is beside them.
    if (entries.some((name) => name.endsWith(".py") && name !== "setup.py")) return [{ host, inside: to }];
    return entries
      .filter((name) => name.endsWith("/") && !name.startsWith("."))
      .map((name) => name.slice(0, -1))
      .filter((name) => !tests.includes(name) && hasPython(join(host, name), files))
      .map((name) => ({ host: join(host, name), inside: join(to, name) }));
  });
}

/** Right in it, or one directory below. */
function hasPython(directory: string, files: Files): boolean {
  const entries = files.list(directory);
  if (entries.some((name) => name.endsWith(".py"))) return true;
  const inner = entries.filter((name) => name.endsWith("/") && !name.startsWith("."));
  return inner.some((name) =>
    files.list(join(directory, name.slice(0, -1))).some((one) => one.endsWith(".py")),
  );
}
