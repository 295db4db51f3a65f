/** GitHub's workflow commands: annotations beside the code of a pull request. */
import type { Finding } from "./findings.ts";

/** GitHub shows so many of each kind in a step, and drops the others without a word. */
const MOST = 10;

/** A line each, for stdout. */
export function annotations(findings: readonly Finding[]): readonly string[] {
  return (["error", "warning"] as const).flatMap((severity) => {
    const all = findings.filter((one) => one.severity === severity);
    if (all.length <= MOST) return all.map(annotation);
    const shown = all.slice(0, MOST - 1);
    const rest = all.slice(MOST - 1);
    const message = `… and ${rest.length} more: ${[...new Set(rest.map(placeText))].join(", ")}`;
    return [...shown.map(annotation), command(severity, { title: "gunicov" }, shortened(message))];
  });
}

const MOST_TEXT = 2_000;

function shortened(text: string): string {
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)} …` : text;
}

function placeText({ place, title }: Finding): string {
  if (place === null) return title;
  return `${place.path}:${place.from === place.to ? place.from : `${place.from}-${place.to}`}`;
}

function annotation({ severity, title, message, place }: Finding): string {
  const where = place === null ? {} : { file: place.path, line: `${place.from}`, endLine: `${place.to}` };
  return command(severity, { ...where, title }, shortened(message));
}

function command(name: string, properties: Readonly<Record<string, string>>, message: string): string {
  const given = Object.entries(properties).map(([key, value]) => `${key}=${property(value)}`);
  return `::${name} ${given.join(",")}::${data(message)}`;
}

/** As GitHub reads it: a line's end would end the command. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
