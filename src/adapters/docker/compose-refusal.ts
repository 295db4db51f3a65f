/** What compose says where it makes no container, as a failure. Its exit code is 1 for all of it. */
import { type Failure, failure } from "../../core/failure.ts";

/** What it says, in its versions 1 and 2. */
const UNKNOWN = /no such service/i;
const BUILDS = /^\s*(?:Building\b|\[\+\] Building)|^\s*(?:Image )?\S+\s+Building\b/m;
const PULLS =
  /^\s*Pulling\b|^\s*(?:Image )?\S+\s+Pulling\b|pull access denied|no such image|manifest .* not found/im;
/** The container is there, or would be: its program is not. */
const NO_PROGRAM = /executable file not found|exec format error|unable to start container process/i;
const MADE = /^(?:Creating \S+ \.\.\. .*done|\s*Container \S+\s+(?:Created|Starting|Started))/m;
const REFUSED = /error response from daemon/i;

/** Null: it has made one, as far as it says. `words`: how it was called. */
export function composeRefusal(said: string, service: string, words: readonly string[]): Failure | null {
  const compose = words.join(" ");
  const detail = said.trim();
  const of = (message: string, fix: string) => failure("no-service", message, fix, detail);
  if (detail === "" || NO_PROGRAM.test(said)) return null;
  if (UNKNOWN.test(said)) {
    return of(
      `Compose has no service ${service}.`,
      `Correct its name, or look at \`${compose} config --services\`.`,
    );
  }
  if (MADE.test(said) && !REFUSED.test(said)) return null;
  if (BUILDS.test(said)) {
    return of(
      `The image of service ${service} has to be built first.`,
      `Build it: ${compose} build ${service}`,
    );
  }
  if (PULLS.test(said)) {
    const message = `The image of service ${service} is not there, and compose has not got it.`;
    return of(message, `Get it: ${compose} pull ${service}, or build it: ${compose} build ${service}`);
  }
  return of(
    `Compose can't make a container of service ${service}.`,
    `Fix what it says below; \`${compose} config\` checks the compose file.`,
  );
}
