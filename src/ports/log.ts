/** What gunicov notes for whoever looks for a fault: nobody reads it on the screen. */

/** What happened, in a word or two (`sent`, `step begins`), and all that belongs to it. */
export interface Note {
  readonly what: string;
  readonly [key: string]: unknown;
}

export interface Log {
  /** Never throws, and nobody waits for it. Secrets are taken out and what is long is cut off, whoever notes it. */
  note(note: Note): void;
  /** Values of secret-looking variables of this environment are taken out of what is noted from now on. */
  hide(environment: Readonly<Record<string, string | undefined>>): void;
  /** The file in which all of it is, or at least its last part: written now where none was asked for. Null: it could not be. */
  keep(): string | null;
}

/** Where nobody wants to know. */
export const NO_LOG: Log = { note: () => {}, hide: () => {}, keep: () => null };
