/** How a port says a fact while a call of it is under way. */
import type { FactBody } from "../core/fact.ts";

export type Say = (fact: FactBody) => void;
