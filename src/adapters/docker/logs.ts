/** A container's log, from now on. */
import { once } from "node:events";
import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import type { LogLine } from "../../ports/target.ts";
import { Lines } from "../helper/lines.ts";

const LINE_LIMIT = 64 * 1024;

/** Follows the log until the returned function is called or the container ends. Times are the engine's. */
export async function followLog(
  docker: Docker,
  container: Docker.Container,
  tty: boolean,
  take: (line: LogLine) => void,
): Promise<() => void> {
  const stream = await container.logs({
    follow: true,
    stdout: true,
    stderr: true,
    timestamps: true,
    tail: 0,
  });
  const lines = (): PassThrough => {
    const splitter = new Lines(LINE_LIMIT, (line) => take(stamped(line ?? "(a line too long to show)")));
    const through = new PassThrough({ encoding: "utf8" });
    through.on("data", (text: string) => splitter.push(text));
    return through;
  };
  if (tty) stream.pipe(lines());
  else docker.modem.demuxStream(stream, lines(), lines());
  stream.on("error", () => {});
  return () => (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
}

/** How many lines are the last words of a container. */
const LAST = 20;

/** The end of the log of a container that does not run; empty where it can't be read. */
export async function lastWords(docker: Docker, container: Docker.Container): Promise<string> {
  try {
    const { Tty: tty } = (await container.inspect()).Config;
    const log = await container.logs({ follow: false, stdout: true, stderr: true, tail: LAST });
    if (tty) return log.toString("utf8").trim();
    let said = "";
    const take = new PassThrough({ encoding: "utf8" });
    take.on("data", (text: string) => {
      said += text;
    });
    const whole = PassThrough.from([log]);
    docker.modem.demuxStream(whole, take, take);
    await once(whole, "end");
    take.end();
    await once(take, "end");
    return said.trim();
  } catch {
    return "";
  }
}

/** `2026-01-31T10:00:00.123456789Z text` */
function stamped(line: string): LogLine {
  const space = line.indexOf(" ");
  const at = Date.parse(line.slice(0, space));
  if (space < 0 || Number.isNaN(at)) return { at: Date.now(), text: line };
  const micros = /\.(\d{3})(\d{0,6})/.exec(line.slice(0, space))?.[2] ?? "";
  return { at: at + Number(`0.${micros || "0"}`), text: line.slice(space + 1).replace(/\r$/, "") };
}
