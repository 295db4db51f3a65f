/** `npm run build`: src/ and the libraries that it uses → dist/, a few files instead of hundreds, which takes half off the launch. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { defineConfig, type Plugin } from "rolldown";

export default defineConfig({
  // The engine under its own name, for bench/lib/ask.ts.
  input: { main: "src/main.ts", engine: "src/engine/engine.ts" },
  platform: "node",
  // bin/package links node_modules: where they really are is in no file.
  resolve: { symlinks: false },
  // React's, for developers of Ink.
  external: ["react-devtools-core"],
  transform: {
    target: "node22",
    // Yoga would fetch itself from a data: URL, for which Node loads its HTTP client; without fetch it decodes the URL. Nothing else fetches.
    define: { "process.env.NODE_ENV": '"production"', fetch: "undefined" },
  },
  plugins: [faster(), leftOut(), licences(), oneFileHook(), commit()],
  // Without spaces and comments: the packages are an eighth smaller. Names stay, so that a stack trace can be read.
  output: { dir: "dist", cleanDir: true, minify: { compress: false, mangle: false, codegen: true } },
});

/** What src/surfaces/ink/faster/ stands before: it answers what it can by itself, and asks the original only where it must. */
const SLOW = [
  { id: "string-width", of: /./, faster: "string-width.ts" },
  { id: "./output.js", of: /\/ink\/build\/renderer\.js$/, faster: "output.ts" },
];
/** The name under which faster/output.ts imports Ink's own, which Ink does not export. */
const INK_OUTPUT = "ink-output";

function faster(): Plugin {
  const found = new Map<string, string>();
  return {
    name: "faster",
    resolveId(id, importer = "") {
      if (id === INK_OUTPUT) return found.get("./output.js") ?? null;
      const slow = SLOW.find((one) => one.id === id && one.of.test(importer));
      const path = `${import.meta.dirname}/src/surfaces/ink/faster/${slow?.faster}`;
      if (slow === undefined || path === importer) return null;
      found.set(id, resolve(dirname(importer), id));
      return path;
    },
    buildEnd() {
      if (found.size < SLOW.length)
        this.error("Ink is not built as it was: look at SLOW in rolldown.config.ts.");
    },
  };
}

/** What dockerode loads and gunicov never uses: an engine behind ssh, builds, build sessions. Some of it is compiled at its installation. */
const LEFT_OUT = [
  "@balena/dockerignore",
  "@grpc/grpc-js",
  "@grpc/proto-loader",
  "protobufjs",
  "ssh2",
  "tar-fs",
];
const LEFT_OUT_MARK = "\0left-out:";

/** Each of them becomes an object that may be taken apart, and fails when any of it is called. */
function leftOut(): Plugin {
  return {
    name: "left-out",
    resolveId: (id) => (LEFT_OUT.includes(id) ? `${LEFT_OUT_MARK}${id}` : null),
    load(id) {
      if (!id.startsWith(LEFT_OUT_MARK)) return null;
      const name = JSON.stringify(id.slice(LEFT_OUT_MARK.length));
      return `
const refuse = () => { throw new Error("gunicov is built without " + ${name} + ", which only an engine behind ssh or a build needs."); };
const part = new Proxy(function () {}, { get: () => part, apply: refuse, construct: refuse });
module.exports = part;`;
    },
  };
}

/** dist/commit.txt: of what all this was built, for `--version` of a package. None where this is no checkout. */
function commit(): Plugin {
  return {
    name: "commit",
    generateBundle() {
      // A checkout's own, not that of one which it was unpacked in.
      if (!existsSync(`${import.meta.dirname}/.git`)) return;
      try {
        const words = ["-C", import.meta.dirname, "rev-parse", "--short=7", "HEAD"];
        const source = execFileSync("git", words, { stdio: ["ignore", "pipe", "ignore"] });
        this.emitFile({ type: "asset", fileName: "commit.txt", source });
      } catch {}
    },
  };
}

/** The licences of all that is in the bundle go with it, as they ask. */
function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((part) => (part.type === "chunk" ? part.moduleIds : []));
      const packages = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []);
      const texts = [...new Set(packages)].toSorted().map(licenceOf);
      this.emitFile({ type: "asset", fileName: "licences.txt", source: texts.join("\n\n") });
    },
  };
}

/** dist/gunicov_hook.py: the hook for those who copy one file into their server. */
function oneFileHook(): Plugin {
  return {
    name: "one-file-hook",
    generateBundle() {
      const folder = `${import.meta.dirname}/python`;
      const paths = ["gunicov_hook", "gunicov_common"].flatMap((name) =>
        readdirSync(`${folder}/${name}`, { recursive: true, encoding: "utf8" }).map(
          (path) => `${name}/${path}`,
        ),
      );
      const modules = paths.filter((path) => path.endsWith(".py")).toSorted();
      const texts = modules.map((path) => [path, readFileSync(`${folder}/${path}`, "utf8")]);
      // A JSON object of strings is a dict literal of Python's too.
      const literal = JSON.stringify(Object.fromEntries(texts), null, 2);
      const template = readFileSync(`${folder}/hook_in_one_file.py`, "utf8");
      const source = template.replace("\nTEXTS = {}\n", () => `\nTEXTS = ${literal}\n`);
      if (source === template) this.error("python/hook_in_one_file.py has no place for the texts.");
      this.emitFile({ type: "asset", fileName: "gunicov_hook.py", source });
    },
  };
}

function licenceOf(directory: string): string {
  const { name, version, license, author } = JSON.parse(readFileSync(`${directory}/package.json`, "utf8"));
  const names = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license", "license.md"];
  for (const file of names) {
    try {
      return `${name} ${version}\n\n${readFileSync(`${directory}/${file}`, "utf8").trim()}`;
    } catch {}
  }
  return `${name} ${version}: ${license}, ${author?.name ?? author}`;
}
