/** Splits a stream of text into lines, with a cap: a line that is longer is given as `null` and left out. */
export class Lines {
  readonly #limit: number;
  readonly #take: (line: string | null) => void;
  #parts: string[] = [];
  #length = 0;

  /** `limit` is in UTF-16 units. */
  constructor(limit: number, take: (line: string | null) => void) {
    this.#limit = limit;
    this.#take = take;
  }

  push(text: string): void {
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      this.#add(text.slice(start, end));
      this.#flush();
      start = end + 1;
    }
    this.#add(text.slice(start));
  }

  /** The stream has ended: what is left counts as a line. */
  end(): void {
    if (this.#length > 0) this.#flush();
  }

  #add(part: string): void {
    if (part === "") return;
    this.#length += part.length;
    if (this.#length <= this.#limit) this.#parts.push(part);
    else this.#parts = [];
  }

  #flush(): void {
    const line = this.#length > this.#limit ? null : this.#parts.join("");
    this.#parts = [];
    this.#length = 0;
    this.#take(line);
  }
}
