/** Memory and open files of gunicov, helper and runner. */
import { readdir, readFile } from "node:fs/promises";
import { run } from "../../../test/support/machine.ts";

export interface Figures {
  /** Resident memory in MB. */
  readonly memory: Readonly<Record<string, number>>;
  /** Open files. */
  readonly files: Readonly<Record<string, number>>;
}

/** The oldest process of a program, by its command line: what it has forked has the same one. */
const LOOK = `
import glob, os, sys
found = []
for path in glob.glob("/proc/[0-9]*"):
    try:
        argv = open(path + "/cmdline", "rb").read().split(b"\\0")
        if any(word.endswith(b'"' + sys.argv[1].encode() + b'.py","exec"))') for word in argv):
            stat = open(path + "/stat").read().rpartition(") ")[2].split()
            memory = [l for l in open(path + "/status") if l.startswith("VmRSS")][0].split()[1]
            found.append((int(stat[19]), int(os.path.basename(path)), int(memory), len(os.listdir(path + "/fd"))))
    except OSError:
        pass
print(*min(found)[1:] if found else "")
`;

/** `[pid in its container, kB, open files]`; null where it does not run. */
export async function look(
  container: string,
  program: string,
): Promise<readonly [number, number, number] | null> {
  const [pid, memory, files] = (await run(["docker", "exec", container, "python3", "-c", LOOK, program]))
    .trim()
    .split(" ")
    .map(Number);
  return pid && memory && files ? [pid, memory, files] : null;
}

export async function figures(pid: number, server: string, testing: string): Promise<Figures> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const own = [
    Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]),
    (await readdir(`/proc/${pid}/fd`)).length,
  ] as const;
  const [helper, runner] = [await look(server, "gunicov_helper"), await look(testing, "gunicov_runner")];
  if (!helper || !runner) throw new Error("there is no helper or no runner to measure");
  const all = { gunicov: own, helper: helper.slice(1), runner: runner.slice(1) };
  const pick = (index: number, unit: number) =>
    Object.fromEntries(
      Object.entries(all).map(
        ([name, one]) => [name, Math.round((one[index] ?? Number.NaN) / unit)] as const,
      ),
    );
  return { memory: pick(0, 1024), files: pick(1, 1) };
}

/** What has grown more than a warm-up does, in words. */
export function grown(first: Figures, last: Figures): readonly string[] {
  const more = (
    what: string,
    before: Readonly<Record<string, number>>,
    after: Readonly<Record<string, number>>,
    limit: (value: number) => number,
  ) =>
    Object.entries(after).flatMap(([name, value]) =>
      value > limit(before[name] ?? 0) ? [`${name}: ${what} ${before[name]} → ${value}`] : [],
    );
  return [
    ...more("MB", first.memory, last.memory, (value) => 1.3 * value + 20),
    ...more("open files", first.files, last.files, (value) => value + 4),
  ];
}
