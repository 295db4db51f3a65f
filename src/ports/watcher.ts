/** The host's directories. */
export interface Watcher {
  /**
   * Watches these directories instead of those before; settles when a change in any of them will be seen.
   * `onChange` gets absolute paths of files whose bytes have changed, or that came or went.
   */
  watch(directories: readonly string[], onChange: (files: readonly string[]) => void): Promise<void>;
  close(): Promise<void>;
}
