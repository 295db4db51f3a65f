/** The command line: what the user typed, as data. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import leven from "leven";
import { type Failure, failure } from "../core/failure.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { shellWords } from "../core/shell-words.ts";
import { type CiOptions, ciFlagsOf, percent, withCiOptions } from "./ci-flags.ts";
import type { Flags } from "./settings.ts";

/** A command, and what it was given. */
export interface Asked {
  readonly do: CommandName;
  /** The command was typed, not merely the default. */
  readonly explicit: boolean;
  readonly json: boolean;
  /** A configuration file; null: look for one. */
  readonly config: string | null;
  /** A file for the log; null: none was asked for here. */
  readonly log: string | null;
  /** `doctor --run`: one test is to be run. */
  readonly run: boolean;
  /** Of `config`: print the JSON Schema of the configuration. */
  readonly schema: boolean;
  /** Of `init`: write without asking; take back what was written. */
  readonly yes: boolean;
  readonly undo: boolean;
  readonly up: boolean;
  readonly flags: Flags;
  /** Of `demo`: where to, null: its usual place; and one cycle only. */
  readonly directory: string | null;
  readonly once: boolean;
}

export type Arguments = { readonly do: "print"; readonly text: string } | { readonly do: "version" } | Asked;

interface Options extends CiOptions {
  readonly service?: string;
  readonly container?: string;
  readonly project?: string;
  readonly local?: true;
  readonly source?: readonly string[];
  readonly testsCommand?: readonly string[];
  readonly testsService?: string;
  readonly schema?: true;
  readonly yes?: true;
  readonly undo?: true;
  readonly up?: true;
  readonly config?: string;
  readonly json?: true;
  readonly log?: string;
  readonly run?: true;
  readonly failUnder?: number;
  readonly directory?: string;
  readonly once?: true;
}

/** Reads the words after the program's name. */
export function readArguments(argv: readonly string[]): Result<Arguments> {
  const dashes = argv.indexOf("--");
  const passed = dashes < 0 ? [] : argv.slice(dashes + 1);
  const words = dashes < 0 ? argv : argv.slice(0, dashes);
  let printed = "";
  let chosen: Arguments | null = null;
  const choose: Choose = (name, explicit, options) => {
    chosen = toAsked(name, explicit, options, passed);
  };
  const program = build(choose, (text) => {
    printed += text;
  });
  try {
    program.parse([...words], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.version") return ok({ do: "version" });
    if (error.exitCode === 0) return ok({ do: "print", text: printed });
    return fail(refused(error, program.args));
  }
  return chosen === null ? ok({ do: "print", text: program.helpInformation() }) : ok(chosen);
}

/** commander's message, a sentence in one line, and its hint as what to do. */
function refused(error: CommanderError, typed: readonly string[]): Failure {
  const help = "See gunicov --help.";
  const names = [...COMMANDS, DEMO].map(([name]) => name);
  const word = typed.find((one) => !names.some((name) => name === one));
  if (error.code === "commander.excessArguments" && word !== undefined) {
    const nearest = names.find((name) => leven(name, word) <= 2);
    const hint = nearest === undefined ? "" : `Did you mean ${nearest}? `;
    return failure("config", `There is no command ${word}.`, `${hint}${help} ${BEHIND}`);
  }
  const [first = "", ...more] = error.message.replace(/^error: /, "").split("\n");
  const hint = more.join(" ").replace(/^\((.*)\)$/, "$1 ");
  const behind = error.code === "commander.unknownOption" ? ` ${BEHIND}` : "";
  const message = `${first.charAt(0).toUpperCase()}${first.slice(1)}`.replace(/([^.])$/, "$1.");
  return failure("config", message, `${hint}${help}${behind}`);
}

const BEHIND = "Words for the tests' command go behind --.";

const COMMANDS = [
  ["watch", "leave it open: a cycle at each change (the default; without a terminal it behaves as run)"],
  ["run", "one cycle in plain text, and an exit code"],
  ["doctor", "look at the whole set-up, change nothing, and say what is wrong"],
  ["init", "write what the project needs for gunicov: shows it, asks, and can take it back"],
  ["config", "print the configuration in force, and where each value comes from"],
] as const;

const DEMO = ["demo", "a small service with its tests to try gunicov on, on this machine"] as const;

export type CommandName = (typeof COMMANDS)[number][0] | (typeof DEMO)[0];

type Choose = (name: CommandName, explicit: boolean, options: Options) => void;

function build(choose: Choose, write: (text: string) => void): Command {
  const program = withOptions(new Command("gunicov"))
    .description(
      "System-test coverage of a gunicorn server, a moment after each save, without killing the server.",
    )
    .version("", "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .enablePositionalOptions(false)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => {} })
    .action((options: Options) => choose("watch", false, options))
    .addHelpText("after", EPILOGUE);
  for (const [name, about] of COMMANDS) {
    const command = program.command(name).description(about).exitOverride();
    if (name === "doctor")
      command.option("--run", "run one test, and look whether a request reaches the server");
    if (name === "init")
      command
        .option("--yes", "write without asking")
        .option("--up", "start the containers with it, too")
        .option("--undo", "take back what it wrote");
    if (name === "config") command.option("--schema", "print its JSON Schema, for editors");
    command.action((_: Options, command: Command) => choose(name, true, command.optsWithGlobals()));
  }
  const [name, about] = DEMO;
  program
    .command(name)
    .description(about)
    .argument("[directory]", "where it is copied to, or is already", "gunicov-demo")
    .option("--once", "one cycle, then exit with its code")
    .exitOverride()
    .action((directory: string, _: Options, command: Command) =>
      choose(name, true, { ...command.optsWithGlobals(), directory }),
    );
  return program.helpCommand(false);
}

const EPILOGUE = `
Everything after -- is passed on to the tests' command: gunicov run -- -k scoring

Exit codes of run: 0 passed and complete, 1 tests failed, 2 usage or configuration,
3 the server can't be reached, restarted, or its new code does not boot,
4 coverage incomplete, 5 below fail_under or diff_fail_under, 70 gunicov itself broke down (a bug),
130 interrupted.

Each key of the configuration is also a variable: GUNICOV_SERVER_SERVICE is server.service.
Flags go before variables, these before the file.`;

function withOptions(command: Command): Command {
  const all = command
    .addOption(
      new Option("--service <name>", "compose service of the server").conflicts(["container", "local"]),
    )
    .addOption(new Option("--container <name>", "container of the server, by name or id").conflicts("local"))
    .addOption(new Option("--project <name>", "compose project of the service").conflicts("local"))
    .addOption(new Option("--local", "start the configured gunicorn on this machine"))
    .addOption(
      new Option("--source <dir>", "the server's own code; may be given several times").argParser(
        (dir: string, before: readonly string[] = []) => [...before, dir],
      ),
    )
    .addOption(new Option("--tests-command <words>", "what runs the tests, as in a shell").argParser(words))
    .addOption(new Option("--tests-service <name>", "compose service in which the tests run"))
    .option("--config <file>", "configuration file (default: gunicov.toml or pyproject.toml, here or above)")
    .option("--json", "facts as JSON lines on stdout (docs/protocol.md)")
    .option("--log <file>", "all that gunicov does, as JSON lines, for a report of a bug (GUNICOV_LOG)")
    .addOption(new Option("--fail-under <percent>", "least total coverage of run").argParser(percent));
  return withCiOptions(all);
}

function words(text: string): readonly string[] {
  const read = shellWords(text) ?? [];
  if (read.length > 0) return read;
  throw new InvalidArgumentError("It is at least one word, with its quotes closed.");
}

function toAsked(name: CommandName, explicit: boolean, options: Options, passed: readonly string[]): Asked {
  return {
    do: name,
    explicit,
    json: options.json ?? false,
    config: options.config ?? null,
    log: options.log ?? null,
    run: options.run ?? false,
    schema: options.schema ?? false,
    yes: options.yes ?? false,
    undo: options.undo ?? false,
    up: options.up ?? false,
    flags: {
      service: options.service ?? null,
      container: options.container ?? null,
      project: options.project ?? null,
      local: options.local ?? false,
      source: options.source ?? null,
      testsCommand: options.testsCommand ?? null,
      testsService: options.testsService ?? null,
      failUnder: options.failUnder ?? null,
      ci: ciFlagsOf(options),
      passed,
    },
    directory: options.directory ?? null,
    once: options.once ?? false,
  };
}
