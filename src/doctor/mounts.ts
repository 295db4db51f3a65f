/** The source on this machine, and what the server sees of it. */
import { count } from "../core/text.ts";
import type { ServerFacts } from "../ports/examination.ts";
import { type Finding, notNeeded, right, unknown, wrong } from "./finding.ts";

/** What the server's side says of it. */
export type Seen = Pick<ServerFacts, "directories" | "modules" | "absent" | "different">;

/** A directory of source, on the host and as the server sees it; `inside` null: it does not. */
export interface SourcePlace {
  readonly host: string;
  readonly inside: string | null;
}

/** What was compared: paths in the server, and how people read them. */
export interface Compared {
  readonly places: readonly SourcePlace[];
  /** How many files of the places were compared. */
  readonly files: number;
  /** The server sees this machine's own files. */
  readonly local: boolean;
  /** Modules that the workers have loaded from no mount, and that are measured. */
  readonly inImage: readonly string[];
  readonly shown: (inside: string) => string;
}

export function mountsLine({ directories, modules }: Seen, { places, local, inImage }: Compared): Finding {
  const no = (text: string, fix: string) => wrong("mounts", "mount-lag", text, fix);
  if (places.length === 0) {
    const fix =
      "Mount the source into the server's container (./src:/app/src), and name it: source under [tool.gunicov.server].";
    return no("No directory of this machine is mounted into the server", fix);
  }
  const outside = places.find(({ inside }) => inside === null);
  if (outside !== undefined) {
    const fix = `Mount it (${outside.host}:/where/the/app/is), or correct source under [tool.gunicov.server].`;
    return no(`The server does not see ${outside.host}: it is mounted nowhere`, fix);
  }
  const gone = directories.find(({ there }) => !there);
  if (gone !== undefined) {
    return no(
      `${gone.path} is not there where the server runs`,
      "Make the container again: its mount is gone.",
    );
  }
  const [first] = inImage;
  if (first !== undefined && !local) {
    const others = inImage.length === 1 ? "" : ` (and ${inImage.length - 1} more)`;
    const text = `The server has loaded ${first}${others} from its image: a save here never reaches it`;
    return no(
      text,
      "Mount the directory of this machine that it comes from over it, and make the container again.",
    );
  }
  const readOnly = directories.some((one) => one.read_only) ? ", read-only" : "";
  const pairs = places.map(({ host, inside }) => (host === inside ? host : `${host} → ${inside}`));
  const loaded = modules.length === 0 ? "" : `; ${count(modules.length, "module")} loaded`;
  return right("mounts", `${pairs.join(", ")}${readOnly}${loaded}`);
}

export function bytesLine({ absent, different }: Seen, { files, places, shown }: Compared): Finding {
  if (places.every(({ inside }) => inside === null)) return unknown("bytes", "nothing is mounted to compare");
  const [first] = [...different, ...absent];
  if (first !== undefined) {
    const what = different.length > 0 ? "still sees other bytes of" : "does not see";
    const fix =
      "Is another directory mounted there, or does the mount lag? Make the container again; where it lags, raise mount_timeout under [tool.gunicov.server].";
    const more = different.length + absent.length - 1;
    const others = more === 0 ? "" : ` (and ${more} more)`;
    return wrong("bytes", "mount-lag", `The server ${what} ${shown(first)}${others}`, fix);
  }
  if (files === 0) return notNeeded("bytes", "the source has no Python file");
  return right("bytes", `${count(files, "file")} compared`);
}

/** Of the modules that the workers have loaded, those that lie in no mount, and that a save should reach: what is measured. */
export function fromImage(facts: ServerFacts, isMounted: (path: string) => boolean): readonly string[] {
  const { modules, coverage, user_config: config } = facts;
  const ignored = new Set(coverage?.ignored ?? []);
  return modules.filter(
    (path) => path.endsWith(".py") && path !== config && !ignored.has(path) && !isMounted(path),
  );
}
