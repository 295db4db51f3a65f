import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = new URL("../../", import.meta.url).pathname;
const PAGES = ["README.md", "CONTRIBUTING.md", ...globSync("docs/*.md", { cwd: ROOT })].filter((page) =>
  existsSync(join(ROOT, page)),
);
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

const FENCE = /^```[\s\S]*?^```$/gm;
/** `src/core/cycle/cycle.ts`, `bench/cycle --turns 5`; not a pattern, nor a path with something left out. */
const PATH = /^(?:src|python|test|bench|bin|docs|demo)\/[\w./-]+(?=\s|$)/;

describe.each(PAGES)("%s", (page) => {
  const text = read(page).replace(FENCE, "");

  test("links to pages and headings that are there", () => {
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
    const broken = targets.filter((target) => !target.startsWith("http") && !leads(page, target));
    expect(broken).toEqual([]);
  });

  test("names files that are there", () => {
    const spans = [...text.matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span);
    const words = spans.flatMap((span) => span.split(" ").map((word) => PATH.exec(word)?.[0] ?? ""));
    expect(words.filter((word) => word !== "" && !existsSync(join(ROOT, word)))).toEqual([]);
  });
});

function leads(page: string, target: string): boolean {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === undefined || anchors(file).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchors(page: string): readonly string[] {
  const headings = [
    ...read(page)
      .replace(FENCE, "")
      .matchAll(/^#+ (.*)$/gm),
  ];
  return headings.map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test("docs/architecture.md has each folder", () => {
  const text = read("docs/architecture.md");
  const folders = globSync(["{.ci,bench,bin,demo,docs,test}", "src/*/", "python/*/"], {
    cwd: ROOT,
  })
    .map((path) => path.replace(/\/$/, ""))
    .filter((path) => !path.endsWith("__pycache__"));
  expect(folders.length).toBeGreaterThan(15);
  expect(folders.filter((path) => !text.includes(`\`${path}`))).toEqual([]);
});

test("docs/architecture.md names functions and settings that are there", () => {
  const sources = globSync(["src/**/*.{ts,tsx}", "python/**/*.py", "*.json"], { cwd: ROOT })
    .map(read)
    .join("\n");
  const spans = [...read("docs/architecture.md").matchAll(/`(\w+)`/g)].map(([, span = ""]) => span);
  const names = spans.filter((span) => /[a-z]_[a-z]|[a-z][A-Z]|^[A-Z_]{4,}$/.test(span));
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(sources))).toEqual([]);
});

/** What the tests are called, with line breaks and indentation as one space. */
const tests = globSync("test/**/*.{ts,tsx,py}", { cwd: ROOT }).map(read).join("\n").replace(/\s+/g, " ");

test("docs/reliability.md names tests that are there; `…` stands for the rest of a name", () => {
  const rows = read("docs/reliability.md").split("\n").map(cells);
  const named = rows.flatMap((row) => (row.length === 4 ? [...(row[2] ?? "").matchAll(/`([^`]+)`/g)] : []));
  const names = named.map(([, name = ""]) => name).filter((name) => !/^(?:npx|test|bench)\b[ /]/.test(name));
  expect(names.length).toBeGreaterThan(300);
  expect(names.filter((name) => !isThere(name))).toEqual([]);
});

function cells(row: string): readonly string[] {
  return row.startsWith("| ") ? row.split(" | ") : [];
}

function isThere(name: string): boolean {
  const parts = name.replace(/\[.*\]$/, "").split("…");
  return parts.every((part) => tests.includes(part.trim()));
}
