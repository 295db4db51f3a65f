/** `gunicov config`: what is in force, and where each value comes from. */
import { jsonSchema } from "../config/json-schema.ts";
import { asJson, asToml, linesOf } from "../config/print.ts";
import { inForce } from "../config/settings.ts";
import type { Command } from "./command.ts";
import { complain } from "./complain.ts";
import { readConfiguration } from "./settings.ts";

/** Prints it; the exit code is 2 where the configuration is wrong. */
export const config: Command = async (asked) => {
  if (asked.schema) {
    process.stdout.write(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
    return 0;
  }
  const said = await readConfiguration(asked);
  if (!said.ok) return complain(said.failure, asked.json);
  const { loaded, beside } = said.value;
  const lines = linesOf(inForce(loaded, asked.flags, process.cwd(), beside));
  process.stdout.write((asked.json ? asJson : asToml)(lines, loaded));
  return 0;
};
