/** What the kernel says of a running container's memory, from inside it: the same words for every engine. */
import { execa } from "execa";

/** Under cgroup v1 and v2. */
const PEAKS = ["memory/memory.max_usage_in_bytes", "memory.peak"] as const;
const KILLS = ["memory/memory.oom_control", "memory.events"] as const;

/** The most bytes that all of the container has used at a time. Throws where the kernel does not tell. */
export async function peakOf(container: string): Promise<number> {
  const told = Number(await read(container, PEAKS));
  if (Number.isInteger(told) && told > 0) return told;
  throw new Error("this kernel keeps no peak of a cgroup's memory (cgroup v2 before Linux 5.19)");
}

/** How many of its processes were killed for want of memory. */
export async function killsOf(container: string): Promise<number> {
  return Number(/^oom_kill (\d+)$/m.exec(await read(container, KILLS))?.[1] ?? Number.NaN);
}

async function read(container: string, names: readonly string[]): Promise<string> {
  const paths = names.map((name) => `/sys/fs/cgroup/${name}`);
  const { stdout } = await execa("docker", ["exec", container, "cat", ...paths], { reject: false });
  return stdout; // of the one that is there
}
