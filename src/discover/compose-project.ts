/** A compose project, in one form for all the ways that its files may be written. */

export interface ComposeProject {
  /** Absolute, in the order in which they override each other. */
  readonly files: readonly string[];
  readonly directory: string;
  /** Null: not known; compose takes that of the directory. */
  readonly name: string | null;
  readonly services: readonly ComposeService[];
  /** What has read them: `docker compose config`, or `the YAML itself`. */
  readonly readBy: string;
}

export interface ComposeService {
  readonly name: string;
  readonly image: string | null;
  readonly build: ComposeBuild | null;
  /** Null: the image's. */
  readonly command: readonly string[] | null;
  readonly entrypoint: readonly string[] | null;
  readonly workingDir: string | null;
  /** Bind mounts: absolute paths of the host, and where the container sees them. */
  readonly volumes: readonly { readonly host: string; readonly inside: string }[];
  /** Names of its variables. */
  readonly env: readonly string[];
  /** GUNICORN_CMD_ARGS; null: it is not set. */
  readonly gunicornArgs: string | null;
  /** PYTHONPATH; null: it is not set. */
  readonly pythonPath: string | null;
  /** Published at null: at a port that the engine chooses, anew with each start. */
  readonly ports: readonly { readonly published: number | null; readonly target: number }[];
  readonly profiles: readonly string[];
}

export interface ComposeBuild {
  readonly context: string;
  readonly dockerfile: string;
  readonly target: string | null;
  readonly args: Readonly<Record<string, string>>;
}
