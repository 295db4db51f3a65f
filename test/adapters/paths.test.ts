import { describe, expect, test } from "vitest";
import { Paths } from "../../src/adapters/helper/paths.ts";

const MOUNTS = [
  { host: "/home/me/shop", inside: "/app" },
  { host: "/home/me/shop/tests", inside: "/tests/" },
  { host: "/home/me/shop-assets", inside: "/assets" },
];

function paths(mappings = MOUNTS, root = "/home/me/shop"): Paths {
  return new Paths(root, () => mappings);
}

describe("from the host into the target", () => {
  test.each([
    ["/home/me/shop/app.py", "/app/app.py"],
    ["/home/me/shop", "/app"],
    // The innermost mount wins.
    ["/home/me/shop/tests/test_a.py", "/tests/test_a.py"],
    // A name that begins alike is another directory.
    ["/home/me/shop-assets/a.css", "/assets/a.css"],
    ["/home/me/shopping/a.py", null],
    ["/etc/passwd", null],
  ])("%s → %s", (host, inside) => {
    expect(paths().inside(host)).toBe(inside);
  });
});

describe("from the target to the host", () => {
  test.each([
    ["/app/app.py", "/home/me/shop/app.py"],
    ["/tests/test_a.py", "/home/me/shop/tests/test_a.py"],
    ["/tests", "/home/me/shop/tests"],
    ["/application/app.py", null],
    ["/usr/lib/python3/x.py", null],
  ])("%s → %s", (inside, host) => {
    expect(paths().host(inside)).toBe(host);
  });

  test("on this machine everything is where it is", () => {
    const same = paths([{ host: "/", inside: "/" }]);
    expect(same.host("/home/me/shop/app.py")).toBe("/home/me/shop/app.py");
    expect(same.inside("/")).toBe("/");
  });
});

describe("as people read them", () => {
  test.each([
    ["/app/api/views.py", "api/views.py"],
    ["/assets/a.css", "/home/me/shop-assets/a.css"],
    ["/usr/lib/x.py", "/usr/lib/x.py"],
  ])("%s → %s", (inside, shown) => {
    expect(paths().shown(inside)).toBe(shown);
  });

  test("a file whose name begins with two dots lies inside", () => {
    expect(paths().fromRoot("/home/me/shop/..odd.py")).toBe("..odd.py");
    expect(paths().fromRoot("/home/me/other.py")).toBe("/home/me/other.py");
    expect(paths().fromRoot("/home/me/shop")).toBe("/home/me/shop");
  });

  test("and back", () => {
    expect(paths().resolve("api/views.py")).toBe("/home/me/shop/api/views.py");
    expect(paths().resolve("/usr/lib/x.py")).toBe("/usr/lib/x.py");
  });

  test("mounts are asked for again each time: a container may come back with others", () => {
    let mappings = MOUNTS;
    const changing = new Paths("/home/me/shop", () => mappings);
    expect(changing.inside("/home/me/shop/a.py")).toBe("/app/a.py");
    mappings = [{ host: "/home/me/shop", inside: "/code" }];
    expect(changing.inside("/home/me/shop/a.py")).toBe("/code/a.py");
  });
});
