/** `npm run build`: src/ and the libraries that it uses → dist/, a few files instead of hundreds, which takes half off the launch. */
import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "rolldown";

export default defineConfig({
  // The engine under its own name, for bench/lib/ask.ts.
  input: { main: "src/main.ts", engine: "src/engine/engine.ts" },
  platform: "node",
  // Loaded only where there is an engine of Docker's, and itself of many parts, some of them compiled. The other is React's, for
  // developers of Ink.
  external: ["dockerode", "react-devtools-core"],
  transform: {
    target: "node22",
    // Yoga would fetch itself from a data: URL, for which Node loads its HTTP client; without fetch it decodes the URL. Nothing else fetches.
    define: { "process.env.NODE_ENV": '"production"', fetch: "undefined" },
  },
  plugins: [quickWidths(), licences()],
  output: { dir: "dist", cleanDir: true },
});

/** Whoever asks string-width for a text's width asks src/surfaces/ink/string-width.ts, which asks it only where it must. */
function quickWidths(): Plugin {
  const ours = `${import.meta.dirname}/src/surfaces/ink/string-width.ts`;
  return {
    name: "quick-widths",
    resolveId: (id, importer) => (id === "string-width" && importer !== ours ? ours : null),
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
