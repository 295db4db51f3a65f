import type { Reason } from "./fact.ts";

/** What a cycle is asked to do. */
export interface Request {
  readonly reason: Reason;
  /** pytest node ids; empty means all tests. */
  readonly select: readonly string[];
}

/**
 * Two requests that wait for the same cycle, as one. A full run includes every selection, so it wins; of two
 * selections the newer is what the user wants now.
 */
export function mergeRequests(older: Request | null, newer: Request): Request {
  if (older === null) return newer;
  return {
    reason: newer.reason,
    select: older.select.length === 0 || newer.select.length === 0 ? [] : newer.select,
  };
}
