import type { ExecutionResult } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import type { EdgePlugin } from '../door/known-hooks.ts';
import { type Delivery, type SseStreams, sseHeaders } from '../sse.ts';

/** Hands subscriptions to our own SSE writer, which numbers the events; queries and refusals stay with yoga's. */
export function useSse(streams: SseStreams): EdgePlugin {
  const deliveries = new WeakMap<Request, Delivery>();
  return {
    atDoor: { onResultProcess: 'it is about subscriptions, which the door passes on' },
    onSubscribe({ args }) {
      const { request, delivery } = args.contextValue as { request?: Request; delivery?: Delivery };
      if (request && delivery) deliveries.set(request, delivery);
    },
    async onResultProcess({ request, result, resultProcessor, setResultProcessor, serverContext }) {
      if (!isAsyncIterable<ExecutionResult>(result)) return;
      if (!resultProcessor) {
        // 406: nobody will read it
        await result[Symbol.asyncIterator]().return?.();
        return;
      }
      const delivery = deliveries.get(request) ?? { cursor: null };
      setResultProcessor((results, fetchAPI) => {
        const iterable = results as AsyncIterable<ExecutionResult>;
        serverContext.writeBody = (res) => streams.write(res, serverContext, iterable, delivery);
        serverContext.dropBody = async () => {
          await iterable[Symbol.asyncIterator]().return?.();
        };
        // a copy: CORS adds its own
        return new fetchAPI.Response(null, { headers: { ...sseHeaders } });
      }, 'text/event-stream');
    },
  };
}
