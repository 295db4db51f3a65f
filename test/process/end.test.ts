import { endSuite } from "../support/end-suite.ts";
import { localPlace } from "../support/local-place.ts";

endSuite(localPlace, { serverStays: false });
