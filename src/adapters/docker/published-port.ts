/** The port of this machine at which a container is reached. */
import type Docker from "dockerode";

/** Null: it publishes none for TCP, or several. */
export function publishedPort({ NetworkSettings }: Docker.ContainerInspectInfo): number | null {
  const published = Object.entries(NetworkSettings.Ports ?? {}).flatMap(([target, bindings]) => {
    const [first] = bindings ?? [];
    return target.endsWith("/tcp") && first !== undefined ? [Number(first.HostPort)] : [];
  });
  const [only, ...more] = published;
  return only === undefined || more.length > 0 ? null : only;
}
