/** The host's files. */
export interface Files {
  /** sha256 of the bytes, in lower-case hex; null where there is no such file. */
  hash(path: string): Promise<string | null>;
}
