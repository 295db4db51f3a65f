/** A large project: the demo with 1,000 modules more, which its server imports. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { prepare, type Setting } from "../ways/way.ts";

export const FILES = 1000;
const FUNCTIONS = 16; // a file
const STATEMENTS_OF_ONE = 10;
export const STATEMENTS = FILES * FUNCTIONS * STATEMENTS_OF_ONE;
export const WORKERS = 4;

const INDEX = `"""Imports its modules, and runs one function of each."""

from importlib import import_module

MODULES = [import_module(f"xy.large.m{number:04}") for number in range(${FILES})]
SUM = sum(module.f0(1) for module in MODULES)
`;

function source(number: number): string {
  const one = (index: number) => `def f${index}(x):
    a = x + ${number}
    if a > ${index}:
        a = a - 5
    else:
        a = a + 2
    b = a * 2
    for i in range(2):
        b = b + i
    c = b - a
    return c
`;
  return Array.from({ length: FUNCTIONS }, (_, index) => one(index)).join("\n\n");
}

export const LARGE: Setting = {
  options: ["-e", `WEB_CONCURRENCY=${WORKERS}`],
  async change(demo) {
    await prepare(demo);
    const directory = join(demo, "source/xy/large");
    await mkdir(directory);
    await writeFile(join(directory, "__init__.py"), INDEX);
    for (let number = 0; number < FILES; number += 1) {
      await writeFile(join(directory, `m${`${number}`.padStart(4, "0")}.py`), source(number));
    }
    const file = join(demo, "source/xy/__init__.py");
    const text = await readFile(file, "utf8");
    await writeFile(
      file,
      text.replace("from xy import api,", "from xy import large  # noqa: F401\nfrom xy import api,"),
    );
  },
};
