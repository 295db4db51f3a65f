/** Listeners of one kind of news. */
export class Bus<T> {
  readonly #listeners = new Set<(news: T) => void>();

  on(listener: (news: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(news: T): void {
    for (const listener of this.#listeners) listener(news);
  }
}
