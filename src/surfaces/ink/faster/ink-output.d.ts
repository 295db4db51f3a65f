/** What of Ink's own `Output` ours is made of. Ink exports it to nobody: the build finds it where Ink's renderer does. */
declare module "ink-output" {
  type Transformer = (line: string, index: number) => string;
  type Bound = number | undefined;

  export default class Output {
    width: number;
    height: number;
    constructor(options: { width: number; height: number });
    write(x: number, y: number, text: string, options: { transformers: Transformer[] }): void;
    clip(area: { x1: Bound; x2: Bound; y1: Bound; y2: Bound }): void;
    get(): { output: string; height: number };
  }
}
