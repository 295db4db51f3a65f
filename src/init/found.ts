/** What was found in the project, as far as `gunicov init` needs it: a Discovery of src/discover is one. */
import type { FileConfig } from "../config/schema.ts";

export interface FoundService {
  readonly name: string;
  readonly image: string | null;
  readonly build: {
    readonly context: string;
    readonly dockerfile: string;
    readonly target: string | null;
    readonly args: Readonly<Record<string, string>>;
  } | null;
  /** Null: the image's. */
  readonly command: readonly string[] | null;
  readonly workingDir: string | null;
  readonly volumes: readonly { readonly host: string; readonly inside: string }[];
  /** Names of its variables. */
  readonly env: readonly string[];
  readonly gunicornArgs: string | null;
  readonly pythonPath: string | null;
  /** Published at null: at a port that the engine chooses, anew with each start. */
  readonly ports: readonly { readonly published: number | null; readonly target: number }[];
}

/** How gunicorn of the service is started. */
export interface FoundStart {
  readonly commands: readonly {
    readonly where: string;
    /** Its `-c`. */
    readonly config: string | null;
    readonly open: boolean;
    readonly ownPath: boolean;
  }[];
  readonly imageEnv: Readonly<Record<string, string>> | null;
  readonly ownHook: {
    readonly config: string;
    readonly directory: string | null;
    readonly where: string | null;
  } | null;
}

export interface FoundCompose {
  /** Absolute. */
  readonly files: readonly string[];
  readonly directory: string;
  readonly services: readonly FoundService[];
  /** `docker compose config`, `docker-compose config`, or `the YAML itself`. */
  readonly readBy: string;
}

export interface Found {
  /** Absolute. */
  readonly root: string;
  readonly config: FileConfig;
  readonly findings: readonly { readonly key: string }[];
  readonly compose: FoundCompose | null;
  readonly started: FoundStart | null;
  /** The variables that tell the tests this address of the server; null: they read none. */
  addressed?(address: string): Readonly<Record<string, string>> | null;
}
