/**
 * Loaded before bin/gunicov (`node --import`): a line `rerun` on stdin is what the key `a` is in a terminal, a wish
 * dispatched to the engine. It is here only because `watch --json` has no such thing of its own.
 */
import { createInterface } from "node:readline";

const built = new URL("../../dist/engine.js", import.meta.url).href;
const { Engine } = (await import(built)) as typeof import("../../src/engine/engine.ts");
const start = Engine.prototype.start;

Engine.prototype.start = function startAndListen() {
  start.call(this);
  createInterface({ input: process.stdin }).on("line", (line) => {
    if (line === "rerun") this.dispatch({ type: "rerun", select: [] });
  });
};
