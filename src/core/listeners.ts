/** Those who want to hear of one thing. */
export class Listeners<T> {
  readonly #all = new Set<(news: T) => void>();

  /** Adds a listener; the returned function takes it away. */
  on(listener: (news: T) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tell(news: T): void {
    for (const listener of this.#all) listener(news);
  }

  get size(): number {
    return this.#all.size;
  }
}
