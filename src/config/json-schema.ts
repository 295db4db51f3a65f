/** The configuration as a JSON Schema, for editors: of gunicov.toml, with its tables at the top or below `tool.gunicov`. */
import { toJsonSchema } from "@valibot/to-json-schema";
import { DEFAULTS, FileConfig } from "./schema.ts";

type Json = Record<string, unknown>;

export function jsonSchema(): Json {
  const { $schema: _, ...whole } = toJsonSchema(FileConfig, { target: "draft-07" }) as Json;
  const properties = whole.properties as Record<string, { properties: Record<string, Json> }>;
  for (const [table, keys] of Object.entries(DEFAULTS)) {
    for (const [key, value] of Object.entries(keys)) {
      const own = properties[table]?.properties[key];
      if (own !== undefined) own.default = value;
    }
  }
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "gunicov",
    description: "System-test coverage of a gunicorn server: gunicov.toml (docs/configuration.md)",
    definitions: { gunicov: whole },
    type: "object",
    properties: {
      ...Object.fromEntries(
        Object.keys(properties).map((table) => [
          table,
          { $ref: `#/definitions/gunicov/properties/${table}` },
        ]),
      ),
      tool: {
        type: "object",
        properties: { gunicov: { $ref: "#/definitions/gunicov" } },
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  };
}
