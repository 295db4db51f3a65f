/** The host's directories. */
export interface Watcher {
  /** Starts; settles when every directory is watched. `onChange` gets absolute paths whose bytes have changed. */
  start(onChange: (files: readonly string[]) => void): Promise<void>;
  close(): Promise<void>;
}
