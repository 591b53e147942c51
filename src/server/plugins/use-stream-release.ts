import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Deps } from '../../deps.ts';
import type { EventStream } from '../../events/hub.ts';

const releases = new WeakMap<Deps, () => void>();

/** Deps for one operation: the streams that it opens are known, so that they can be closed when it ends. */
export function operationDeps(deps: Deps): Deps {
  const opened = new Set<EventStream>();
  let released = false;
  const track = (stream: EventStream): EventStream => {
    opened.add(stream);
    if (released) stream.close();
    return stream;
  };
  const hub: Deps['hub'] = {
    open: (scope, filter) => track(deps.hub.open(scope, filter)),
    replayThenLive: (scope, filter, after) => track(deps.hub.replayThenLive(scope, filter, after)),
    close: (reason) => deps.hub.close(reason),
    position: () => deps.hub.position(),
    onPublish: (listener) => deps.hub.onPublish(listener),
    size: () => deps.hub.size(),
  };
  const own = { ...deps, hub };
  releases.set(own, () => {
    released = true;
    for (const stream of opened) stream.close();
  });
  return own;
}

/**
 * Closes an operation's event streams the moment its subscriber leaves. A resolver written as an async generator cannot be
 * ended while it waits for the next event; closing what it waits for ends it, and no reader stays behind in the hub.
 */
export function useStreamRelease(): Plugin {
  return {
    onSubscribe({ args }) {
      const { deps } = args.contextValue as unknown as { deps: Deps };
      return {
        onSubscribeResult({ result, setResult }) {
          if (isAsyncIterable<ExecutionResult>(result)) setResult(releasing(result, () => releases.get(deps)?.()));
        },
      };
    },
  };
}

function releasing(
  results: AsyncIterable<ExecutionResult>,
  release: () => void,
): AsyncIterableIterator<ExecutionResult> {
  const iterator = results[Symbol.asyncIterator]();
  const done = { done: true, value: undefined } as const;
  return {
    next: () => iterator.next(),
    async return() {
      release();
      await iterator.return?.();
      return done;
    },
    async throw(error: unknown) {
      release();
      await iterator.return?.();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
