/** Which server is measured, of those that there are: projects of a directory, strangers, replicas. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gunicov } from "../errors/expect.ts";
import { Project } from "../support/docker-place.ts";
import { ofType, parseFact } from "../support/facts.ts";
import { remove, run, temporaryDirectory, until } from "../support/machine.ts";
import { edit } from "../support/place.ts";
import { Session } from "../support/session.ts";

const RUN = ["run", "--json", "--service", "server", "--", "-n", "0"];

const REASON = "server-1 of 2 replicas: what server-2 served is not in the report";

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("a service", () => {
  let project: Project;
  let demo: string;
  beforeAll(async () => {
    project = await Project.start(true);
    demo = `${project.directory}/demo`;
  });
  afterAll(() => project?.down());

  async function facts(words: readonly string[], directory: string) {
    const ended = await gunicov(words, directory);
    return { code: ended.code, all: ended.stdout.split("\n").map(parseFact) };
  }

  test("of a stranger's project is refused, and its server is left alone", async () => {
    const elsewhere = await temporaryDirectory("elsewhere");
    const server = await project.container("server");
    const workers = async () => await run(["docker", "top", server, "-eo", "pid,args"]);
    const before = await until("the workers", async () => {
      const seen = await workers();
      return seen.split("gunicorn").length > 3 && seen;
    });
    const { code, all } = await facts(RUN, elsewhere);
    await remove(elsewhere);
    expect(code).toBe(2);
    expect(ofType(all, "error")).toMatchObject([
      { kind: "which-project", fix: expect.stringContaining("--project") },
    ]);
    expect(ofType(all, "error")[0]?.message).toContain(project.name);
    expect(await workers()).toBe(before);
  });

  test("of this directory's project is measured, and said", async () => {
    const { code, all } = await facts(RUN, demo);
    expect(code).toBe(0);
    expect(ofType(all, "server.back")[0]?.name).toContain(`(project ${project.name})`);
  });

  test("that is two projects of one directory: asks with both names, and takes the one named", async () => {
    const other = `${project.name}-dev`;
    await project.compose("-p", other, "up", "-d", "--no-build");
    try {
      const asked = await facts(RUN, demo);
      expect(asked.code).toBe(2);
      const [error] = ofType(asked.all, "error");
      expect(error?.message).toContain(`${project.name}, ${other}`);
      const named = await facts(["run", "--json", "--project", project.name, ...RUN.slice(2)], demo);
      expect(named.code).toBe(0);
      expect(ofType(named.all, "server.back")[0]?.name).toContain(`(project ${project.name})`);
      await project.compose("-p", other, "rm", "-s", "-f", "tests");
      const byTests = await facts(RUN, demo);
      expect(byTests.code).toBe(0);
      expect(ofType(byTests.all, "server.back")[0]?.name).toContain(`(project ${project.name})`);
    } finally {
      await project.compose("-p", other, "down", "--timeout", "2");
    }
  });

  test("whose second replica comes while gunicov is open: incomplete, and whole again without it", async () => {
    const session = new Session(["watch", "--json", "--service", "server", "--", "-n", "0"], demo);
    try {
      expect((await session.next()).report().complete).toBe(true);
      await project.compose("up", "-d", "--no-build", "--scale", "server=2");
      await edit({ demo }, "source/xy/api.py", (text) => `${text}\n`);
      const second = (await session.next()).report();
      expect(second.complete).toBe(false);
      expect(second.reasons).toContain(REASON);
    } finally {
      await session.kill();
    }
    const scaled = await facts(RUN, demo);
    expect(scaled.code).toBe(4);
    expect(ofType(scaled.all, "server.back")[0]?.warnings).toContain(REASON);
    const [report] = ofType(scaled.all, "report");
    expect(report?.complete).toBe(false);
    expect(report?.reasons).toContain(REASON); // which of the two was asked is Docker's to say
    await project.compose("up", "-d", "--no-build", "--scale", "server=1");
    const alone = await facts(RUN, demo);
    expect(alone.code).toBe(0);
  });
});
