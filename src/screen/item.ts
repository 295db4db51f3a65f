import type { TestResult } from "../core/fact.ts";
import type { Problem } from "./problem.ts";

/** What can be opened in the failures and tests views. `earlier`: the test has not been told anew, and why that is. */
export type Item =
  | { readonly kind: "problem"; readonly key: string; readonly problem: Problem }
  | { readonly kind: "test"; readonly key: string; readonly test: TestResult; readonly earlier?: string };
