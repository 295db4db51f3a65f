/** The hook's record, by listing its directories. */
import { coverageJson, type JsonReport } from "./coverage-py.ts";
import { until } from "./machine.ts";
import type { Recorded } from "./place.ts";

export interface Listed {
  readonly generation: number;
  readonly directory: string;
  /** Workers that the settings ask for, those on the roster (with recycled ones, more), those of them that serve. */
  readonly workers: number;
  readonly forked: number;
  readonly booted: number;
  /** Names of the data files. */
  readonly files: readonly string[];
}

// A block for each generation, of lines that begin with a word. The shell's own tools: the record is not read by us.
const LIST = `
for d in "$1"/master-*/gen-*; do
  echo "directory $d"
  grep -o '"workers": [0-9]*' "$d/manifest.json" | sed 's/.*: /workers /'
  ls -A "$d/forked" | sed 's/^/forked /'
  ls -A "$d/booted" | sed 's/^/booted /'
  ls -A "$d" | sed -n 's/^[.]coverage[.]/file &/p'
done
`;

/** All generations in the record, oldest first. The last one is open: its workers serve. */
export async function listGenerations(place: Recorded): Promise<readonly Listed[]> {
  const text = await place.exec(["sh", "-c", LIST, "sh", await place.records()]);
  const blocks = text.split(/^(?=directory )/m).filter((block) => block !== "");
  return blocks.map(parseBlock).toSorted((a, b) => a.generation - b.generation);
}

function parseBlock(block: string): Listed {
  const lines = block.trimEnd().split("\n");
  const all = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const directory = all("directory")[0] ?? "";
  return {
    generation: Number(/\/gen-(\d+)$/.exec(directory)?.[1]),
    directory,
    workers: Number(all("workers")[0]),
    forked: all("forked").length,
    booted: all("booted").length,
    files: all("file"),
  };
}

/** The newest closed generation: the one before the open one. */
export async function newestClosed(place: Recorded): Promise<Listed> {
  const closed = (await listGenerations(place)).at(-2);
  if (!closed) throw new Error("no generation has been closed");
  return closed;
}

/** Waits until the workers of the open generation serve. */
export async function untilBooted(place: Recorded): Promise<void> {
  await until("the fresh workers", async () => {
    const open = (await listGenerations(place)).at(-1);
    return open !== undefined && open.booted > 0 && open.booted === open.forked;
  });
}

/** What coverage.py says of the newest closed generation's data files. */
export async function judge(place: Recorded): Promise<JsonReport> {
  return await coverageJson(place.exec, (await newestClosed(place)).directory);
}
