import type { Flush } from "./effect.ts";
import { DOCTOR } from "./set-up.ts";

/** The reason's own word, first in its text on every surface. */
export const NO_REQUESTS = "no-requests";

/** What is known of the tests of a run: how many ran, and whether they are meant to send requests. */
export interface Asked {
  readonly ran: number;
  readonly requests: boolean;
}

/** Why a run's data says nothing of its tests: nobody came to the workers. Null: somebody did, nobody knows, or nobody was to. */
export function noRequests({ reached, address }: Flush, { ran, requests }: Asked): string | null {
  if (!requests || ran === 0 || reached !== false) return null;
  const where = address === null ? "" : ` It listens at ${address}.`;
  return (
    `${NO_REQUESTS}: ${ran === 1 ? "1 test" : `${ran} tests`} ran, and no request reached the server.${where} ` +
    "Do the tests use that address? If they need no server: requests = false under [tool.gunicov.tests]. " +
    DOCTOR
  );
}

/** What is to be said where nobody knows whether a request has come. */
export function unknownRequests({ reached, notes }: Flush, { ran, requests }: Asked): string | null {
  if (!requests || ran === 0 || reached !== null || notes.length > 0) return null;
  return "unproven: this worker class does not tell whether a request of the tests has reached it";
}
