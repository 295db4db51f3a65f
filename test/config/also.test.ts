/** `[[tool.gunicov.also]]`, the one list of tables: in the file, in force, printed, and refused. */
import { parse } from "smol-toml";
import { expect, test } from "vitest";
import { mergeAlso } from "../../src/config/also.ts";
import { layered } from "../../src/config/layers.ts";
import { asToml, linesOf } from "../../src/config/print.ts";
import { tablesOf } from "../../src/config/tables.ts";

const UNIT = '[[also]]\nname = "unit"\ndata = ["unit/.coverage"]\n';
const MORE = '[[tool.gunicov.also]]\nname = "more"\ndata = ["a", "/b"]\n';

function read(text: string, file = "/p/gunicov.toml") {
  const tables = tablesOf(parse(text), text, file);
  if (!tables.ok) throw new Error(`${tables.failure.message} ${tables.failure.fix}`);
  if (tables.value === null) throw new Error("it says nothing");
  return layered([tables.value]);
}

const merged = (text: string) => {
  const result = mergeAlso(read(text).config, "/p");
  if (!result.ok) throw new Error(`${result.failure.message} ${result.failure.fix}`);
  return result.value;
};

test("with the prefix and without, several, with paths from the project's root", () => {
  expect(merged("")).toEqual([]);
  expect(merged(UNIT)).toEqual([
    { name: "unit", data: ["/p/unit/.coverage"], command: null, cwd: "/p", source: [] },
  ]);
  expect(merged(UNIT + MORE).map(({ name, data }) => [name, ...data])).toEqual([
    ["more", "/p/a", "/b"],
    ["unit", "/p/unit/.coverage"],
  ]);
  expect(read(MORE, "/p/pyproject.toml").config.also).toHaveLength(1);
});

const COMMAND = '[[also]]\nname = "unit"\ncommand = ["coverage", "run", "-m", "pytest", "unit"]\n';

test("a command: where it runs, and what else it depends on", () => {
  const command = ["coverage", "run", "-m", "pytest", "unit"];
  // Where the tests that it names are not to be found, it may be anything in the project.
  expect(merged(COMMAND)).toEqual([{ name: "unit", data: [], command, cwd: "/p", source: ["/p"] }]);
  const [more] = merged(`${COMMAND}cwd = "sub"\nsource = ["u", "/v"]\ndata = ["x"]\n`);
  expect(more).toMatchObject({ cwd: "/p/sub", source: ["/p/u", "/v"], data: ["/p/x"] });
});

test("what is printed is TOML that says the same, and where it stands", () => {
  const force = read(`[coverage]\nfail_under_of = "all"\n${UNIT}`);
  const loaded = { root: "/p", file: "/p/gunicov.toml", doubt: null } as Parameters<typeof asToml>[1];
  const text = asToml(linesOf(force), loaded);
  expect(parse(text)).toMatchObject({
    also: [{ name: "unit", data: ["unit/.coverage"] }],
    coverage: { fail_under_of: "all" },
  });
  expect(text).toMatch(/^also = .* # gunicov.toml:3$/m);
});

test.each([
  ['[also]\nname = "unit"\ndata = ["x"]', /also must be a list/],
  ['[[also]]\nname = "unit"', /neither data nor command/],
  ['[[also]]\nname = "unit"\ncommand = []', /at least one word/],
  [`${UNIT}cwd = "x"`, /it has none/],
  ['[[also]]\nname = "unit"\ndata = []', /needs at least one data file/],
  ['[[also]]\nname = "un it"\ndata = ["x"]', /letters, digits/],
  ['[[also]]\nname = "unit"\ndate = ["x"]', /Did you mean data\?|data/],
  [UNIT + UNIT, /are called unit/],
  [UNIT.replace("unit", "system"), /are called system/],
  ['[coverage]\nfail_under_of = "all"', /needs other measurements/],
])("%j is refused", (text, why) => {
  expect(() => merged(text)).toThrow(why);
});
