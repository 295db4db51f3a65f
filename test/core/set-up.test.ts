import { expect, test } from "vitest";
import { failure } from "../../src/core/failure.ts";
import { refusedFacts } from "../../src/core/refused.ts";
import { DOCTOR } from "../../src/core/set-up.ts";

const fixOf = (kind: "no-hook" | "config") =>
  refusedFacts(failure(kind, "It went wrong.", "Mend it."), 0).flatMap((fact) =>
    fact.type === "error" ? [fact.fix] : [],
  );

test("a failure of the set-up points at doctor, once; another one does not", () => {
  expect(fixOf("no-hook")).toEqual([`Mend it. ${DOCTOR}`]);
  expect(fixOf("config")).toEqual(["Mend it."]);
});
