/** What compose says where it makes no container, in its versions 1 and 2. */
import { expect, test } from "vitest";
import { composeRefusal } from "../../src/adapters/docker/compose-refusal.ts";

const CREATED = "Creating shop_tests_run ... \r\nCreating shop_tests_run ... done\r\n";
const of = (said: string) => composeRefusal(said, "tests", ["docker-compose", "-p", "shop"]);

test.each([
  ["No such service: tests", "has no service tests", "docker-compose -p shop config --services"],
  ["no such service: tests", "has no service tests", "config --services"],
  ["Building tests\n", "has to be built first", "docker-compose -p shop build tests"],
  ["#0 building\n[+] Building 3.2s (5/9)\n", "has to be built first", "build tests"],
  [" Image shop-tests Building \n", "has to be built first", "build tests"],
  ["Pulling tests (shop/tests:x)...\nGet ...: no such host", "is not there", "pull tests"],
  [" tests Pulling \n tests Error pull access denied for shop/tests", "is not there", "pull tests"],
  [`${CREATED}Error response from daemon: error while creating mount source path`, "can't make", "config"],
  ["ERROR: .FileNotFoundError: [Errno 2] No such file or directory: './nope.yaml'", "can't make", "config"],
  ["no configuration file provided: not found", "can't make", "config"],
  ["yaml: line 3: mapping values are not allowed in this context", "can't make", "config"],
])("%j", (said, message, fix) => {
  const refusal = of(said);
  expect(refusal).toMatchObject({ kind: "no-service", detail: said.trim() });
  expect(refusal?.message).toContain(message);
  expect(refusal?.fix).toContain(fix);
});

test.each([
  "",
  CREATED,
  `Building tests\nImage for service tests was built\n${CREATED}`,
  " Container shop-tests-run-1f2e  Created\nTraceback (most recent call last):\n",
  `${CREATED}Error response from daemon: OCI runtime create failed: exec: "python3": executable file not found in $PATH: unknown`,
])("a container was made, and what runs in it has to say the rest: %j", (said) => {
  expect(of(said)).toBeNull();
});
