/** What helper and runner tell of a set-up when they only look at it (docs/protocol.md, `examine`). */

/** A master of another user, of which little can be told from here. */
export interface Stranger {
  readonly readable: boolean;
  readonly pid: number;
  readonly uid: number;
  readonly gid: number | null;
  readonly argv: readonly string[];
  readonly interpreter: string | null;
  /** Epoch seconds where the server runs. */
  readonly time: number;
  /** Pid of the helper of another gunicov that measures this master (0: not told); null: none does. */
  readonly busy: number | null;
  /** Of the files that were asked about: those that are not there, and those with other bytes. */
  readonly absent: readonly string[];
  readonly different: readonly string[];
  readonly directories: readonly {
    readonly path: string;
    readonly there: boolean;
    readonly read_only: boolean;
  }[];
}

export interface ServerFacts extends Stranger {
  readonly cwd: string | null;
  /** The user's own gunicorn config; null: there is none, or only the hook tells. */
  readonly user_config: string | null;
  readonly gunicorn: string | null;
  readonly python: string | null;
  readonly worker_class: string | null;
  readonly workers: number | null;
  readonly threads: number | null;
  readonly preload: boolean | null;
  readonly reload: boolean;
  /** It has run gunicov's hook. */
  readonly hook: boolean;
  readonly hook_version: string | null;
  /** Why that hook's record can't be read; null: it can. */
  readonly misfit: { readonly message: string; readonly fix: string } | null;
  /** gunicov's hook as a -c names it, or what else asks for it; null: nothing does. */
  readonly named: string | null;
  /** GUNICOV=0 is set. */
  readonly off: boolean;
  /** The config file on the command line. */
  readonly config: string | null;
  /** What keeps the hook out, although it is named, and the way out. */
  readonly kept_out: readonly [string, string] | null;
  /** Where a hook of the server's own writes. */
  readonly own: string | null;
  readonly warnings: readonly string[];
  /** COVERAGE_PROCESS_START of its environment. */
  readonly other_tracer: string | null;
  readonly booted: readonly number[];
  readonly boot_errors: readonly string[];
  /** Files of the project that the workers have loaded. */
  readonly modules: readonly string[];
  /** How many workers have served a request. */
  readonly served: number;
  /** They tell when a request comes. */
  readonly counts: boolean;
  readonly record: RecordFacts;
  readonly memory: MemoryFacts;
  readonly addresses: readonly string[];
  readonly coverage: CoverageFacts | null;
}

export interface RecordFacts {
  readonly path: string;
  readonly there: boolean;
  /** The directory that was looked at: the record, or the nearest above it. */
  readonly looked: string;
  /** Bytes, and files, that still fit; null: not told. */
  readonly free: number | null;
  readonly inodes: number | null;
  readonly read_only: boolean;
  readonly refused: readonly { readonly uid: number; readonly why: string }[];
  /** Why the hook could record nothing. */
  readonly error: string | null;
  /** Why coverage.py has not started in the workers. */
  readonly start_error: string | null;
}

/** Bytes. */
export interface MemoryFacts {
  /** Null: the machine's. */
  readonly limit: number | null;
  readonly free: number | null;
  readonly workers: readonly number[];
}

export interface CoverageFacts {
  /** Null: there is no package. */
  readonly version: string | null;
  readonly core: string | null;
  readonly config: string | null;
  readonly error: string | null;
  readonly source: readonly string[];
  /** Of `source`: what is neither a directory nor a module. */
  readonly missing: readonly string[];
  readonly plugins: readonly { readonly name: string; readonly error: string | null }[];
  /** Of the app's files: how many are measured, of how many; null: not told. */
  readonly measured: number | null;
  readonly asked: number;
  /** Those that are not, and why the first is not. */
  readonly ignored: readonly string[];
  readonly reason: string | null;
  /** Those that are not, and that no `omit` names. */
  readonly outside: readonly string[];
}

export interface TestsFacts {
  readonly program: string;
  readonly interpreter: string | null;
  readonly cwd: string;
  /** Its version; null: the command is not pytest, or it said nothing. */
  readonly pytest: string | null;
  readonly plugins: readonly string[];
  /** The first ones' ids. */
  readonly tests: readonly string[];
  readonly collected: number | null;
  /** Files that could not be collected. */
  readonly errors: number;
  readonly exit_code: number | null;
  readonly said: string;
  readonly addresses: readonly Address[];
  readonly other_tracer: string | null;
}

/** Where the tests may send their requests, and what says so. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly why: string;
}

/** What came of a connection to an address of the tests. */
export interface Knock extends Address {
  /** Why there was none; null: it was made. */
  readonly refused: string | null;
  /** It has arrived at the server that is measured. */
  readonly arrived: boolean;
}

/** What a server tells of requests at one moment. */
export interface Requests {
  /** How many workers have served one. */
  readonly served: number;
  /** How many connections its network has taken; null: not told. */
  readonly connections: number | null;
}
