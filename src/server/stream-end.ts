/**
 * The same items, and a word when they end: because there are no more, because the source broke, or because the reader left.
 * @param onEnd called once
 */
export function whenEnded<T>(source: AsyncIterable<T>, onEnd: () => void): AsyncIterableIterator<T> {
  return new WatchedItems(source[Symbol.asyncIterator](), onEnd);
}

/** A class, because many are open at a time: its functions are there once. */
class WatchedItems<T> implements AsyncIterableIterator<T> {
  #ended = false;

  constructor(
    private readonly iterator: AsyncIterator<T>,
    private readonly onEnd: () => void,
  ) {}

  async next(): Promise<IteratorResult<T>> {
    try {
      const item = await this.iterator.next();
      if (item.done) this.#end();
      return item;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<T>> {
    this.#end();
    await this.iterator.return?.();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<T>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(): void {
    if (!this.#ended) this.onEnd();
    this.#ended = true;
  }
}
