/** coverage.py in the server: the package, its settings, what it measures. */
import { count } from "../core/text.ts";
import type { CoverageFacts, ServerFacts } from "../ports/examination.ts";
import { behind, type Finding, notNeeded, right, unknown, wrong } from "./finding.ts";
import { startError } from "./gunicorn.ts";

const ALL = ["coverage", "settings", "measured", "plugins"] as const;

/** `shown`: a path of the server's as people know it. */
export function coverageLines(
  facts: ServerFacts,
  shown: (inside: string) => string = (inside) => inside,
): readonly Finding[] {
  const { coverage, interpreter } = facts;
  if (coverage === null) return ALL.map((id) => unknown(id, "coverage.py did not answer in time"));
  const python = interpreter ?? "python3";
  if (coverage.version === null) {
    const text =
      coverage.error === null
        ? `The server's Python (${python}) has no coverage package`
        : `The coverage package of ${python} can't be imported: ${coverage.error}`;
    const fix = `Install it there: ${python} -m pip install coverage`;
    return [wrong("coverage", "no-coverage", text, fix), ...behind(ALL.slice(1), "coverage")];
  }
  const outside = coverage.outside.filter((path) => path !== facts.user_config).map(shown);
  return [packageLine(coverage), ...settingsLines(facts, { ...coverage, outside })];
}

function packageLine({ version, core }: CoverageFacts): Finding {
  const text = `coverage.py ${version}${core === null ? "" : `, ${core}`}`;
  if (core !== "PyTracer") return right("coverage", text);
  const fix = "Install a version that has a wheel for this Python, or a compiler, and install it again.";
  return wrong("coverage", "no-coverage", `${text}: without its C tracer it is many times slower`, fix);
}

function settingsLines(facts: ServerFacts, coverage: CoverageFacts): readonly Finding[] {
  const { config, error, plugins } = coverage;
  const file = config ?? "no file: its defaults";
  const broken = plugins.find((plugin) => plugin.error !== null);
  if (error !== null && broken === undefined) {
    const text = `coverage.py refuses its configuration (${file}): ${error}`;
    const fix = `Correct ${config ?? "it"}; the next restart of the workers reads it again.`;
    return [wrong("settings", "coverage-config", text, fix), ...behind(["measured", "plugins"], "settings")];
  }
  const settings = startError(facts) ?? right("settings", file);
  const known = pluginsLine(coverage);
  return [
    settings,
    broken === undefined ? measuredLine(coverage) : behind(["measured"], "plugins")[0],
    known,
  ].flatMap((one) => one ?? []);
}

/** How many files are named. */
const MOST = 3;

function measuredLine(coverage: CoverageFacts): Finding {
  const { source, missing, measured, asked, reason, outside, config } = coverage;
  const named = source.length === 0 ? "no source is set" : `source: ${source.join(", ")}`;
  const [gone] = missing;
  if (gone !== undefined) {
    const text = `${named}: there is no directory and no module ${gone}`;
    const fix =
      "Correct `source` in coverage.py's configuration: its paths count from where gunicorn was started.";
    return wrong("measured", "coverage-config", text, fix);
  }
  if (measured === null || asked === 0)
    return unknown("measured", `${named}; which files of the app count is not known`);
  const files = `${measured} of ${count(asked, "file")} of the app`;
  if (measured === 0) {
    const fix =
      "Correct `source`, `include` and `omit` in coverage.py's configuration, so that they name the app.";
    return wrong(
      "measured",
      "coverage-config",
      `${named}: no file of the app is measured (${reason ?? "?"})`,
      fix,
    );
  }
  if (outside.length === 0) return right("measured", `${named}; ${files}`);
  // Who has written `source` may mean it so: no ✗.
  const more = outside.length > MOST ? ` and ${outside.length - MOST} more` : "";
  const text = `${named}; ${files}: not ${outside.slice(0, MOST).join(", ")}${more}`;
  return right(
    "measured",
    text,
    `If these are to count, name them in \`source\` of ${config ?? "coverage.py's configuration"}.`,
  );
}

function pluginsLine({ plugins }: CoverageFacts): Finding {
  const [broken] = plugins.filter(({ error }) => error !== null);
  if (broken !== undefined) {
    const text = `The plugin ${broken.name} can't be used: ${broken.error}`;
    const fix =
      "Install it for the server's Python, or take it out of `plugins` in coverage.py's configuration.";
    return wrong("plugins", "coverage-config", text, fix);
  }
  if (plugins.length === 0) return notNeeded("plugins", "none are configured");
  return right("plugins", plugins.map(({ name }) => name).join(", "));
}

/** `ofTests`: COVERAGE_PROCESS_START where the tests run; undefined: that is not known. */
export function tracersLine(facts: ServerFacts, ofTests: string | null | undefined): Finding {
  const set = "COVERAGE_PROCESS_START";
  if (ofTests !== undefined && ofTests !== null && facts.own !== null) {
    const text = `${set} is set where the tests run: they leave data files beside the workers'`;
    return wrong("tracers", "coverage-error", text, `Take ${set} out of the tests' environment.`);
  }
  if (facts.other_tracer !== null && facts.coverage?.error?.includes(facts.other_tracer)) {
    const text = `${set} is set in the server's environment, and coverage.py can't use ${facts.other_tracer}`;
    return wrong(
      "tracers",
      "coverage-config",
      text,
      `Correct it, or take ${set} out of the server's environment.`,
    );
  }
  if (facts.other_tracer !== null && !facts.hook && facts.own === null) {
    return right("tracers", `${set} is set in the server's environment`);
  }
  if (facts.other_tracer !== null) {
    return right("tracers", `${set} is set: gunicov takes its settings, and stops its tracer`);
  }
  return right("tracers", "none");
}
