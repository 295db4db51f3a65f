import { editSuite } from "../support/edit-suite.ts";
import { localPlace } from "../support/local-place.ts";

editSuite(localPlace);
