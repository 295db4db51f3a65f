/** An app with heavy imports: the demo, which also imports Django, pandas, sqlalchemy and boto3 in each of its workers. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { demoImage } from "../../test/support/container.ts";
import { ROOT, run } from "../../test/support/machine.ts";
import { prepare, type Setting } from "../ways/way.ts";

const PACKAGES = ["django", "pandas", "sqlalchemy", "boto3"];
/** A directory for installed packages, by its name. */
const INSIDE = "/heavy/site-packages";
const IMPORTS = "import boto3, django.db.models, django.http, pandas, sqlalchemy.orm  # noqa: E401, F401\n";

/** Installs the packages for the image's Python, once, outside the image. */
export async function heavy(): Promise<Setting> {
  const packages = await installed();
  return {
    options: ["-e", "WEB_CONCURRENCY=4", "-e", `PYTHONPATH=${INSIDE}`, "-v", `${packages}:${INSIDE}:ro`],
    async change(demo) {
      await prepare(demo);
      const file = join(demo, "source/xy/__init__.py");
      await writeFile(file, IMPORTS + (await readFile(file, "utf8")));
    },
  };
}

async function installed(): Promise<string> {
  const image = await demoImage();
  const print = "import sys; print('%d.%d' % sys.version_info[:2])";
  const version = (await run(["docker", "run", "--rm", image, "python", "-c", print])).trim();
  const target = join(ROOT, ".cache", `heavy-${version}`);
  const made = await readFile(join(target, "made"), "utf8").catch(() => null);
  if (made !== null) return target;
  const beside = `${target}-${process.pid}`;
  await mkdir(beside, { recursive: true });
  const pip = [join(ROOT, ".venv/bin/python"), "-m", "pip", "install", "--quiet", "--target", beside];
  await run([...pip, "--python-version", version, "--only-binary=:all:", "--no-compile", ...PACKAGES]);
  // As an image has them: compiled by its own Python.
  const mounted = ["docker", "run", "--rm", "--user", "0", "-v", `${beside}:${INSIDE}`, image];
  await run([...mounted, "python", "-m", "compileall", "-q", "-j", "2", INSIDE]).catch(() => {});
  await writeFile(join(beside, "made"), PACKAGES.join(" "));
  await rename(beside, target);
  return target;
}
