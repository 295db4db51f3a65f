/** A command line that says nothing. */
import { NO_CI } from "../../src/config/ci-flags.ts";
import type { Layer } from "../../src/config/layers.ts";
import type { FileConfig } from "../../src/config/schema.ts";
import type { Flags } from "../../src/config/settings.ts";

export const NO_FLAGS: Flags = {
  service: null,
  container: null,
  project: null,
  local: false,
  source: null,
  testsCommand: null,
  testsService: null,
  failUnder: null,
  ci: NO_CI,
  passed: [],
};

/** A configuration as a file has it. */
export function fileLayer(config: FileConfig, file: string): Layer {
  return { config, origin: () => ({ from: "file", file, spot: null }) };
}
