/** What is read of a project to find out how it is served and tested: its files, its compose project, its containers. */

/** The files of a project. */
export interface ProjectFiles {
  /** Absolute. */
  readonly root: string;
  /** Files below the root, from there, as far as a person would have written them: no packages, no caches. Sorted. */
  readonly paths: readonly string[];
  /** The text of a file, by a path from the root or an absolute one. Null: it can't be read, or is too long for a text of a person's. */
  text(path: string): string | null;
  /** Whether there is such a file or directory. */
  exists(path: string): boolean;
}

/** What compose has read, with overrides, includes and variables in place. */
export interface ComposeRead {
  /** `docker compose config`'s document. */
  readonly document: unknown;
  /** The program, as people type it. */
  readonly by: string;
}

export type ComposeAnswer =
  | { readonly type: "read"; readonly read: ComposeRead }
  /** Compose does not like the files; what it says. */
  | { readonly type: "refused"; readonly message: string }
  /** There is no compose here, or it gave no answer in time. */
  | { readonly type: "none" };

/** A container that runs. */
export interface RunningContainer {
  readonly name: string;
  readonly image: string;
  /** Compose's: project, service, the directory and the files it was made from; null where compose has not made it. */
  readonly compose: {
    readonly project: string;
    readonly service: string;
    readonly directory: string;
    readonly files: readonly string[];
  } | null;
  /** Command lines of its processes. */
  readonly processes: readonly string[];
  readonly mounts: readonly { readonly host: string; readonly inside: string }[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly ports: readonly { readonly published: number; readonly target: number }[];
}

export interface ImageSaid {
  /** Entrypoint and command. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Reads, changes nothing, and gives up in time. */
export interface Survey {
  readonly env: Readonly<Record<string, string | undefined>>;
  files(root: string): ProjectFiles;
  /** Has compose read its files in `directory`; `files` empty: those that it finds itself. */
  compose(directory: string, files: readonly string[]): Promise<ComposeAnswer>;
  /** Those that run; null: no engine answers. */
  containers(): Promise<readonly RunningContainer[] | null>;
  /** What an image says of itself; null: it is not there, or no engine answers. */
  image(name: string): Promise<ImageSaid | null>;
  /** Whether this file of the host has the same bytes in a running container; null: it can't be known. */
  sameBytes(container: string, host: string, inside: string): Promise<boolean | null>;
}
