/** Where in a traceback the user's own code is. */

export interface Frame {
  readonly path: string;
  readonly line: number;
}

const FRAME = /^\s*(?:E\s+)?File "([^"\n]+)", line (\d+)/gm;
/** What pytest says before its own kind of traceback. */
const CONFTEST = /while loading conftest '([^'\n]+)'/;
/** Code in no file, Python's own library, what is installed, gunicov's hook. */
const OTHERS =
  /^<|[\\/](?:site|dist)-packages[\\/]|[\\/]lib[\\/]python\d[\d.]*t?[\\/]|[\\/]gunicov_hook(?:\.py$|[\\/])/;

/** The last frame of a traceback that is neither Python's nor an installed package's; null: there is none. */
export function ownFrame(traceback: string): Frame | null {
  const frames = [...traceback.matchAll(FRAME)].map(([, path = "", line]) => ({ path, line: Number(line) }));
  return frames.findLast(({ path }) => !isOthers(path)) ?? conftest(traceback);
}

/** Whether a frame's file is Python's own or an installed package's, or none. */
export function isOthers(path: string): boolean {
  return OTHERS.test(path);
}

/** The line of a conftest.py that pytest can't load: in its traceback the path is short. */
function conftest(text: string): Frame | null {
  const path = CONFTEST.exec(text)?.[1];
  if (path === undefined) return null;
  const lines = [...text.matchAll(/^([^\s:<][^:\n]*):(\d+): in /gm)];
  const found = lines.findLast(([, short = ""]) => `/${path}`.endsWith(`/${short}`));
  return { path, line: Number(found?.[2] ?? 1) };
}
