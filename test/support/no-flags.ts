/** A command line that says nothing. */
import type { Flags } from "../../src/config/settings.ts";

export const NO_FLAGS: Flags = {
  service: null,
  container: null,
  project: null,
  local: false,
  failUnder: null,
  html: null,
  json: null,
  passed: [],
};
