import { expect, test } from "vitest";
import { failure } from "../../src/core/failure.ts";
import { refusedFacts } from "../../src/core/refused.ts";
import { DOCTOR } from "../../src/core/set-up.ts";

const fixOf = (kind: "no-hook" | "config", fix = "Mend it.") =>
  refusedFacts(failure(kind, "It went wrong.", fix), 0).flatMap((fact) =>
    fact.type === "error" ? [fact.fix] : [],
  );

test("a failure of the set-up points at doctor, once; another one does not", () => {
  expect(fixOf("no-hook")).toEqual([`Mend it. ${DOCTOR}`]);
  expect(fixOf("config")).toEqual(["Mend it."]);
});

test("after a command it is not taken for more words of that", () => {
  expect(fixOf("no-hook", "Install it: pip install pytest")).toEqual([
    `Install it: pip install pytest (${DOCTOR})`,
  ]);
});
