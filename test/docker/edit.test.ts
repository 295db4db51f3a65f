import { describe } from "vitest";
import { dockerPlace } from "../support/docker-place.ts";
import { editSuite } from "../support/edit-suite.ts";

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("in containers", () => editSuite(dockerPlace));
