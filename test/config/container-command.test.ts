/** `docker exec …` as the tests' command: where it leads, and what is left alone. */
import { describe, expect, test } from "vitest";
import { inContainer } from "../../src/config/container-command.ts";

const of = (text: string) => inContainer(text.split(" "), "/project", { HOME: "/home/me" });
const REST = { project: null, directory: null, cwd: null, env: {}, user: null, composeRun: null };

describe("a command that leads into a container", () => {
  test.each([
    ["docker exec shop_tests pytest -n 2", { place: { container: "shop_tests" } }],
    ["docker exec -it shop_tests pytest -n 2", { place: { container: "shop_tests" } }],
    ["/usr/bin/docker container exec -i -t shop_tests pytest -n 2", { place: { container: "shop_tests" } }],
    ["docker compose exec tests pytest -n 2", { place: { service: "tests" } }],
    ["docker-compose exec -T tests pytest -n 2", { place: { service: "tests" } }],
    ["docker compose -p shop exec -T tests pytest -n 2", { place: { service: "tests" }, project: "shop" }],
    [
      "docker compose --project-name=shop exec tests pytest -n 2",
      { place: { service: "tests" }, project: "shop" },
    ],
    [
      "docker-compose -f ci/compose.yaml exec tests pytest -n 2",
      { place: { service: "tests" }, directory: "/project/ci" },
    ],
    [
      "docker exec -w /app -u 1000:1000 -e A=1=2 -eB= --env=C=3 -e HOME -e NONE shop pytest -n 2",
      {
        place: { container: "shop" },
        cwd: "/app",
        user: "1000:1000",
        env: { A: "1=2", B: "", C: "3", HOME: "/home/me" },
      },
    ],
    [
      "docker-compose -f ci/compose.yaml run --rm -T tests pytest -n 2",
      {
        place: { service: "tests" },
        composeRun: { service: "tests", compose: ["docker-compose", "-f", "ci/compose.yaml"], options: [] },
      },
    ],
    [
      "docker compose run --rm --no-deps -e A=1 tests pytest -n 2",
      {
        place: { service: "tests" },
        env: { A: "1" },
        composeRun: { service: "tests", compose: ["docker", "compose"], options: ["--no-deps", "-e", "A=1"] },
      },
    ],
    [
      "docker compose run -it -v /a:/b -w /b -u 1 tests pytest -n 2",
      {
        place: { service: "tests" },
        composeRun: {
          service: "tests",
          compose: ["docker", "compose"],
          options: ["-v", "/a:/b", "-w", "/b", "-u", "1"],
        },
      },
    ],
    ["docker exec -- shop_tests pytest -n 2", { place: { container: "shop_tests" } }],
  ])("%s", (text, expected) => {
    expect(of(text)).toEqual({ ...REST, command: ["pytest", "-n", "2"], ...expected });
  });

  test.each([
    "pytest -n 2",
    "make test",
    "docker run --rm image pytest",
    "docker -H tcp://elsewhere exec shop pytest",
    "docker --context far exec shop pytest",
    "docker exec -d shop pytest",
    "docker exec --privileged shop pytest",
    "docker exec --env-file .env shop pytest",
    "docker compose exec --index 2 tests pytest",
    "docker compose run -d tests pytest",
    "docker compose run --rm --entrypoint pytest tests -n 2",
    "docker compose run --rm tests",
    "docker compose up tests",
    "docker exec shop",
    "docker exec",
    "docker",
    "docker exec -e",
  ])("not: %s", (text) => {
    expect(of(text)).toBeNull();
  });
});
