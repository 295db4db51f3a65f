import { expect, test } from "vitest";
import { Paths } from "../../src/adapters/helper/paths.ts";
import { shownPlace } from "../../src/adapters/helper/test-place.ts";

const here = new Paths("/repo/service", () => [{ host: "/", inside: "/" }]);
const mounts = [
  { host: "/repo/service/test", inside: "/app/test" },
  { host: "/repo/e2e", inside: "/e2e" },
];
const container = new Paths("/repo/service", () => mounts);

test.each([
  ["test_a.py:3", "/repo/service", here, "test_a.py:3"],
  ["deep/test_a.py:3", "/repo/service/test", here, "test/deep/test_a.py:3"],
  ["deep/test_a.py", "/repo/e2e", here, "/repo/e2e/deep/test_a.py"],
  ["/repo/service/src/app.py:1", "/repo/e2e", here, "src/app.py:1"],
  ["test/test_a.py:3", "/app", container, "test/test_a.py:3"],
  ["test_a.py:3", "/app/test", container, "test/test_a.py:3"],
  ["test_a.py:3", "/e2e", container, "/repo/e2e/test_a.py:3"],
  ["own.py:3", "/baked/in", container, "own.py:3"],
  ["test_a.py:3", null, here, "test_a.py:3"],
  ["", "/repo/e2e", here, ""],
])("%j of tests in %s", (place, cwd, paths, shown) => {
  expect(shownPlace(place, cwd, paths)).toBe(shown);
});
