/** What the configuration says of the server, as it is read each time that it is wanted. */

/** How long the server may take, in seconds (docs/configuration.md). */
export interface ServerTimes {
  readonly start: number;
  readonly restart: number;
  readonly flush: number;
  readonly mount: number;
}

/** What a request judges a total by. */
export function judged({ failUnder, failUnderAlone }: Limit, counts: boolean) {
  return counts ? { fail_under: failUnder, alone: failUnderAlone } : { fail_under: null, alone: true };
}

/** How much coverage is enough. */
export interface Limit {
  /** A percentage; null: not asked for. */
  readonly failUnder: number | null;
  /** coverage.py's own limit does not count. */
  readonly failUnderAlone: boolean;
  /** It is about all measurements together: the server's own total has none. */
  readonly ofAll: boolean;
}

export const NO_LIMIT: Limit = { failUnder: null, failUnderAlone: false, ofAll: false };
