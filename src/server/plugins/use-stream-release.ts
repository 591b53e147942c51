import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Deps } from '../../deps.ts';
import type { EventStream, Hub } from '../../events/hub.ts';

/** Deps for one operation: the streams that it opens are known, so that they can be closed when it ends. */
export function operationDeps(deps: Deps): Deps {
  return { ...deps, hub: new OperationHub(deps.hub) };
}

/** The hub as one operation has it. A class, because many are open at a time: its functions are there once. */
class OperationHub implements Hub {
  readonly #opened = new Set<EventStream>();
  #released = false;

  constructor(private readonly hub: Hub) {}

  open(...of: Parameters<Hub['open']>): EventStream {
    return this.#track(this.hub.open(...of));
  }

  replayThenLive(...of: Parameters<Hub['replayThenLive']>): EventStream {
    return this.#track(this.hub.replayThenLive(...of));
  }

  close(reason: 'SHUTDOWN'): void {
    this.hub.close(reason);
  }

  position(): bigint {
    return this.hub.position();
  }

  onPublish(listener: () => void): () => void {
    return this.hub.onPublish(listener);
  }

  size(): number {
    return this.hub.size();
  }

  /** Closes what was opened, and what will be. */
  release(): void {
    this.#released = true;
    for (const stream of this.#opened) stream.close();
  }

  #track(stream: EventStream): EventStream {
    this.#opened.add(stream);
    if (this.#released) stream.close();
    return stream;
  }
}

/**
 * Closes an operation's event streams the moment its subscriber leaves. A resolver written as an async generator cannot be
 * ended while it waits for the next event; closing what it waits for ends it, and no reader stays behind in the hub.
 */
export function useStreamRelease(): Plugin {
  return {
    onSubscribe({ args }) {
      const { hub } = (args.contextValue as unknown as { deps: Deps }).deps;
      return {
        onSubscribeResult({ result, setResult }) {
          if (hub instanceof OperationHub && isAsyncIterable<ExecutionResult>(result))
            setResult(new ReleasingResults(result[Symbol.asyncIterator](), hub));
        },
      };
    },
  };
}

class ReleasingResults implements AsyncIterableIterator<ExecutionResult> {
  constructor(
    private readonly results: AsyncIterator<ExecutionResult>,
    private readonly hub: OperationHub,
  ) {}

  next(): Promise<IteratorResult<ExecutionResult>> {
    return this.results.next();
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    this.hub.release();
    await this.results.return?.();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<ExecutionResult>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
