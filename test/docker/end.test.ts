import { describe } from "vitest";
import { dockerPlace } from "../support/docker-place.ts";
import { endSuite } from "../support/end-suite.ts";

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("in containers", () => {
  endSuite(dockerPlace, { serverStays: true });
});
