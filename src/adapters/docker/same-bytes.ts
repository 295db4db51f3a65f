/** Whether a file of this machine is the same in a container: the proof of a mount. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type Docker from "dockerode";

const BLOCK = 512;

/** Null: it can't be told (a file in a tmpfs, say). */
export async function sameBytes(
  docker: Docker,
  name: string,
  host: string,
  inside: string,
): Promise<boolean | null> {
  try {
    const own = await readFile(host);
    const theirs = firstOfTar(await read(await docker.getContainer(name).getArchive({ path: inside })));
    return theirs === null ? null : hash(own) === hash(theirs);
  } catch (error) {
    const status =
      typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : null;
    return status === 404 ? false : null;
  }
}

async function read(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

/** The content of a tar's first plain file. Names longer than a header's have headers before it (`x`, `L`). */
function firstOfTar(tar: Buffer): Buffer | null {
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const type = String.fromCharCode(tar[at + 156] ?? 0);
    const size = Number.parseInt(tar.toString("latin1", at + 124, at + 136), 8) || 0;
    if (type === "0" || type === "\0") return tar.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return null;
}

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
