/** A command line that says nothing. */
import { NO_CI } from "../../src/config/ci-flags.ts";
import type { Flags } from "../../src/config/settings.ts";

export const NO_FLAGS: Flags = {
  service: null,
  container: null,
  project: null,
  local: false,
  failUnder: null,
  ci: NO_CI,
  passed: [],
};
