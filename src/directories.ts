/** Makes directories that people name, and says why one can't be made. */
import { mkdirSync, statSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** With those above it. Node's own `recursive` never ends below a directory in which nothing can be made, as /proc. */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory);
  } catch (error) {
    if (codeOf(error) === "EEXIST" && (await stat(directory)).isDirectory()) return;
    if (!lacksParent(error, directory)) throw error;
    await makeDirectory(dirname(directory));
    await mkdir(directory).catch((again) => {
      if (codeOf(again) !== "EEXIST") throw again;
    });
  }
}

/** The same at once. */
export function makeDirectorySync(directory: string): void {
  try {
    mkdirSync(directory);
  } catch (error) {
    if (codeOf(error) === "EEXIST" && statSync(directory).isDirectory()) return;
    if (!lacksParent(error, directory)) throw error;
    makeDirectorySync(dirname(directory));
    mkdirSync(directory);
  }
}

function lacksParent(error: unknown, directory: string): boolean {
  return ["ENOENT", "ENOTDIR"].includes(codeOf(error)) && dirname(directory) !== directory;
}

const UNWRITABLE = ["EACCES", "EPERM", "EROFS"];

/** Why one of a directory's files, or it itself, can't be made, for people. The directory, where the error names no path. */
export function whyNotMade(error: unknown, directory: string): string {
  const code = codeOf(error);
  const path = error instanceof Error && "path" in error ? String(error.path) : directory;
  const call = error instanceof Error && "syscall" in error ? error.syscall : "";
  const made = call === "mkdir";
  if (code === "EEXIST" || code === "ENOTDIR") return `${path} is no directory`;
  if (code === "ENOENT" && made) return `nothing can be made in ${dirname(path)}`;
  if (UNWRITABLE.includes(code))
    return `${made ? dirname(path) : path} can't be ${call === "scandir" ? "read" : "written"}`;
  if (code === "ENOSPC" || code === "EDQUOT") return `there is no room left for ${path}`;
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
