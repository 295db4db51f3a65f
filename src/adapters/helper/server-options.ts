/** What the configuration says of the server, as it is read each time that it is wanted. */

/** How long the server may take, in seconds (docs/configuration.md). */
export interface ServerTimes {
  readonly start: number;
  readonly restart: number;
  readonly flush: number;
  readonly mount: number;
}

/** How much coverage is enough. */
export interface Limit {
  /** A percentage; null: not asked for. */
  readonly failUnder: number | null;
  /** coverage.py's own limit does not count. */
  readonly failUnderAlone: boolean;
}
