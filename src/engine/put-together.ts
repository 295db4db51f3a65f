/** A report together with other measurements. */
import { combine } from "../core/combined.ts";
import type { Report } from "../core/report.ts";
import { ok, type Result } from "../core/result.ts";
import type { Say } from "../ports/say.ts";
import type { Ports } from "./ports.ts";

/** Says what the report, which is the server's last and of all tests, comes to. `again`: commands are run whatever they depend on. */
export async function putTogether(
  report: Report,
  { also, server }: Pick<Ports, "also" | "server">,
  say: Say,
  signal: AbortSignal,
  again = false,
): Promise<Result<void>> {
  const { names } = also;
  if (names.length === 0) return ok(undefined);
  say({ type: "also.started", names });
  const others = await also.read(again, say, signal);
  if (!others.ok) return others;
  const together = await server.combine(others.value, signal);
  if (!together.ok) return together;
  const combined = combine(report, together.value, others.value);
  for (const message of combined.notes) say({ type: "warning", message });
  say({ type: "combined", ...combined });
  return ok(undefined);
}
