/** Directories of the host that a container sees. */
import type Docker from "dockerode";
import type { Mapping } from "../../ports/target.ts";

export function bindMounts(info: Docker.ContainerInspectInfo): readonly Mapping[] {
  return info.Mounts.filter((mount) => mount.Type === "bind").map((mount) => ({
    host: mount.Source,
    inside: mount.Destination,
  }));
}
