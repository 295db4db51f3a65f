/**
 * How Ink puts a frame together (rolldown.config.ts puts it there). Ink draws each character into a grid, because boxes may overlap; our
 * screen is rows, one text each, and a frame is these rows. Whatever is not such a row is left to Ink.
 */
import { stripVTControlCharacters } from "node:util";
import InkOutput from "ink-output";
import { isSimple } from "../../../screen/width.ts";

type WriteArguments = Parameters<InkOutput["write"]>;

export default class Output extends InkOutput {
  /** By line; null: there was something else. */
  #rows: Map<number, string> | null = new Map();

  override write(...[x, y, text, options]: WriteArguments): void {
    super.write(x, y, text, options);
    if (this.#rows === null || text === "") return;
    const isRow =
      x === 0 && y >= 0 && y < this.height && !this.#rows.has(y) && isSimple(stripVTControlCharacters(text));
    if (isRow)
      this.#rows.set(y, options.transformers.reduce((line, change) => change(line, 0), text).trimEnd());
    else this.#rows = null;
  }

  override clip(...area: Parameters<InkOutput["clip"]>): void {
    super.clip(...area);
    this.#rows = null;
  }

  override get(): { output: string; height: number } {
    const rows = this.#rows;
    if (rows === null) return super.get();
    const lines = Array.from({ length: this.height }, (_, y) => rows.get(y) ?? "");
    return { output: lines.join("\n"), height: this.height };
  }
}
