/** Which container is meant, among all kinds of others. */
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type Docker from "dockerode";
import { describe, expect, test } from "vitest";
import type { Scope } from "../../src/adapters/docker/project.ts";
import { isMeant, type Selector, selectContainer } from "../../src/adapters/docker/select.ts";
import { remove, temporaryDirectory } from "../support/machine.ts";
import { projectsOf } from "../support/projects.ts";

interface Some {
  readonly name: string;
  readonly service?: string;
  readonly project?: string;
  readonly directory?: string;
  /** Null: it is inherited from the image. */
  readonly number?: number | null;
  readonly oneOff?: boolean;
  readonly state?: string;
  readonly id?: string;
}

function labels({ service, project = "shop", directory = "/home/me/shop", number = 1, oneOff }: Some) {
  if (service === undefined) return {};
  return {
    "com.docker.compose.service": service,
    "com.docker.compose.project": project,
    "com.docker.compose.project.working_dir": directory,
    ...(number === null ? {} : { "com.docker.compose.container-number": `${number}` }),
    "com.docker.compose.oneoff": oneOff ? "True" : "False",
  };
}

function info(some: Some): Partial<Docker.ContainerInfo> {
  const { name, state = "running", id = `id-of-${name}` } = some;
  return { Id: id, Names: [`/${name}`], Labels: labels(some), State: state, Status: `is ${state}` };
}

async function choose(
  selector: Selector,
  all: readonly Some[],
  root = "/home/me/shop/api",
  scope: Partial<Scope> = {},
) {
  const docker = { listContainers: async () => all.map(info) } as unknown as Docker;
  const result = await selectContainer(docker, selector, projectsOf(selector, root, scope));
  return result.ok ? result.value.Names[0] : result.failure;
}

describe("a service", () => {
  const API = { name: "shop_api_1", service: "api" };
  const OTHER = { name: "other_api_1", service: "api", project: "other", directory: "/home/me/other" };

  test("by its label, whatever the container is called", async () => {
    expect(await choose({ service: "api" }, [{ name: "api" }, { ...API, name: "x" }])).toBe("/x");
  });

  test("only what compose has made of it: an image that it built hands its labels to docker run, too", async () => {
    const inherited = { name: "one", service: "api", number: null };
    expect(await choose({ service: "api" }, [inherited, { ...API, state: "exited" }])).toMatchObject({
      message: "Container shop_api_1 is not running (is exited).",
    });
    expect(await choose({ service: "api" }, [inherited, API])).toBe("/shop_api_1");
    expect(await choose({ service: "api" }, [inherited])).toMatchObject({ kind: "no-service" });
  });

  test("of the project in this directory or above it, not another's", async () => {
    const other = { name: "other_api_1", service: "api", project: "other", directory: "/home/me/other" };
    expect(await choose({ service: "api" }, [other, API])).toBe("/shop_api_1");
    // A name that begins alike is another directory.
    const alike = { ...other, directory: "/home/me/sho" };
    expect(await choose({ service: "api" }, [alike, API])).toBe("/shop_api_1");
  });

  test("of a project elsewhere is a stranger's: refused, with how to choose", async () => {
    for (const all of [[API], [API, OTHER]]) {
      const failure = await choose({ service: "api" }, all, "/elsewhere");
      expect(failure).toMatchObject({
        kind: "which-project",
        message: expect.stringMatching(/\/elsewhere has a service api; others have: .*shop\.$/),
        fix: expect.stringMatching(/--project NAME.*project = "NAME"/),
      });
    }
    expect(await choose({ service: "api" }, [API, OTHER], "/elsewhere", { project: "other" })).toBe(
      "/other_api_1",
    );
  });

  test("of a named project that has none is missing, wherever others have one", async () => {
    const failure = await choose({ service: "api" }, [API], undefined, { project: "test" });
    expect(failure).toMatchObject({
      kind: "no-service",
      message: "There is no service api in the compose project test.",
      fix: expect.stringContaining("Projects that have one: shop"),
    });
  });

  describe("of two projects from one directory", () => {
    const test_ = { name: "test_api_1", service: "api", project: "test" };
    const tests = { name: "test_tests_1", service: "tests", project: "test" };
    const both = [{ service: "api" }, { service: "tests" }];

    test("is nobody's guess: both are named", async () => {
      expect(await choose({ service: "api" }, [API, test_])).toMatchObject({
        kind: "which-project",
        message: expect.stringContaining("shop, test."),
        fix: expect.stringContaining("--project"),
      });
    });

    test("is that of the project in which the tests' container is", async () => {
      expect(await choose({ service: "api" }, [API, test_, tests], undefined, { places: both })).toBe(
        "/test_api_1",
      );
      const places = [{ service: "api" }, { container: "test_tests_1" }];
      expect(await choose({ service: "api" }, [API, test_, tests], "/elsewhere", { places })).toBe(
        "/test_api_1",
      );
    });

    test("is asked for where both have the tests, too, or one of them is stopped", async () => {
      const all = [API, test_, tests, { ...tests, name: "shop_tests_1", project: "shop", state: "exited" }];
      const failure = await choose({ service: "api" }, all, undefined, { places: both });
      expect(failure).toMatchObject({ kind: "which-project" });
    });

    test("is the one that is named", async () => {
      expect(await choose({ service: "api" }, [API, test_], undefined, { project: "test" })).toBe(
        "/test_api_1",
      );
    });
  });

  test("of a project whose file lies below: only where there is a configuration of ours", async () => {
    const below = { ...API, directory: "/home/me/shop/docker" };
    expect(await choose({ service: "api" }, [below], "/home/me/shop", { configured: true })).toBe(
      "/shop_api_1",
    );
    expect(await choose({ service: "api" }, [below], "/home/me/shop")).toMatchObject({
      kind: "which-project",
    });
  });

  test("of a project above is a stranger's where a compose file lies nearer", async () => {
    const root = await temporaryDirectory("nearer");
    await writeFile(join(root, "compose.yaml"), "services: {}\n");
    const above = { ...API, directory: dirname(root) };
    const own = { ...OTHER, directory: root };
    expect(await choose({ service: "api" }, [above], root)).toMatchObject({ kind: "which-project" });
    expect(await choose({ service: "api" }, [above, own], root)).toBe("/other_api_1");
    await remove(root);
  });

  test("scaled: the first one that runs", async () => {
    const all = [
      { ...API, name: "three", number: 3 },
      { ...API, name: "one", number: 1, state: "exited" },
      { ...API, name: "two", number: 2 },
      { ...API, name: "ten", number: 10 },
    ];
    expect(await choose({ service: "api" }, all)).toBe("/two");
  });

  test("and not what `docker compose run` made", async () => {
    const run = { ...API, name: "shop_api_run_1", oneOff: true };
    expect(await choose({ service: "api" }, [run, API])).toBe("/shop_api_1");
  });

  test("that does not run is said, and how to start it", async () => {
    const failure = await choose({ service: "api" }, [{ ...API, state: "exited" }]);
    expect(failure).toMatchObject({
      kind: "server-lost",
      message: "Container shop_api_1 is not running (is exited).",
      fix: expect.stringMatching(/docker logs shop_api_1.*docker compose up -d api/),
    });
  });

  test("that is not there is said, with those that are", async () => {
    const all = [
      API,
      { name: "db_1", service: "db" },
      { name: "db_2", service: "db", number: 2 },
      { name: "plain" },
    ];
    const failure = await choose({ service: "web" }, all);
    expect(failure).toMatchObject({ kind: "no-service", message: "There is no service web." });
    expect(failure).toMatchObject({ fix: expect.stringContaining("Running: api, db.") });
  });

  test("where nothing runs at all", async () => {
    expect(await choose({ service: "web" }, [])).toMatchObject({
      fix: expect.stringContaining("No container is running."),
    });
  });
});

describe("a container", () => {
  test.each(["mine", "abcdef123456", "abcd"])("by %s", async (container) => {
    expect(await choose({ container }, [{ name: "other" }, { name: "mine", id: "abcdef123456" }])).toBe(
      "/mine",
    );
  });

  test("by its whole name, not by a part of one", async () => {
    expect(await choose({ container: "min" }, [{ name: "mine" }])).toMatchObject({ kind: "no-service" });
  });

  test("a name goes before the beginning of an id", async () => {
    const all = [
      { name: "x", id: "cafe0000" },
      { name: "cafe", id: "1234" },
    ];
    expect(await choose({ container: "cafe" }, all)).toBe("/cafe");
  });

  test("an id's beginning that two have is nobody's guess", async () => {
    const all = [
      { name: "a", id: "cafe0000" },
      { name: "b", id: "cafe1111" },
    ];
    expect(await choose({ container: "cafe" }, all)).toMatchObject({
      message: expect.stringContaining("a, b"),
    });
  });
});

describe("an event of the engine", () => {
  const api = { name: "x", service: "api" };

  test("is of a service that was never seen by its label", () => {
    expect(isMeant({ service: "api" }, labels(api), "1", null)).toBe(true);
    expect(isMeant({ service: "db" }, labels(api), "1", null)).toBe(false);
    expect(isMeant({ service: "api" }, {}, "1", null)).toBe(false);
  });

  test("is of the service that was seen by its identity: project, service and number, under whatever id", () => {
    const known = labels(api);
    expect(isMeant({ service: "api" }, labels(api), "another id", known)).toBe(true);
    expect(isMeant({ service: "api" }, labels({ ...api, project: "other" }), "1", known)).toBe(false);
    expect(isMeant({ service: "api" }, labels({ ...api, number: 2 }), "1", known)).toBe(false);
    expect(isMeant({ service: "api" }, labels({ ...api, oneOff: true }), "1", known)).toBe(false);
  });

  test("is of a container by its name or its id", () => {
    expect(isMeant({ container: "mine" }, { name: "mine" }, "1", null)).toBe(true);
    expect(isMeant({ container: "1234" }, { name: "mine" }, "1234567", null)).toBe(true);
    expect(isMeant({ container: "mine" }, { name: "mine2" }, "1", null)).toBe(false);
  });
});
