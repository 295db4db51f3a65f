/** This machine's files, for a plan. */
import { readdirSync, readFileSync } from "node:fs";
import type { Files } from "./change.ts";

export const hostFiles: Files = {
  text(path) {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : "";
      if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return null;
      throw error;
    }
  },
  list(directory) {
    try {
      const entries = readdirSync(directory, { withFileTypes: true });
      return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
    } catch {
      return [];
    }
  },
};
