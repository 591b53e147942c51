import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Deps } from '../deps.ts';
import { errorOnStream, streamEnds, unauthenticated } from './faults.ts';
import type { Limits } from './limits.ts';
import type { RequestState } from './request.ts';
import { watchSession } from './session.ts';

/** Headers of an event stream. */
export const sseHeaders: Readonly<Record<string, string>> = Object.freeze({
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  // nginx would collect events before it passes them on
  'X-Accel-Buffering': 'no',
});
/** How soon a browser's EventSource comes back after a cut. */
const RETRY = 'retry: 1000\n\n';
const HEARTBEAT = ':\n\n';
const COMPLETE = 'event: complete\ndata:\n\n';

/** Where the resolver of `Subscription.events` leaves the cursor of the event that is being delivered. */
export interface Delivery {
  cursor: string | null;
}

/** The open SSE responses of this process. */
export interface SseStreams {
  /**
   * Writes a subscription to a response whose head is sent, in the distinct connections mode of the GraphQL over SSE
   * protocol. Each message of `Subscription.events` carries its cursor as SSE id, so that Last-Event-ID resumes.
   */
  write(
    res: ServerResponse,
    request: RequestState,
    results: AsyncIterable<ExecutionResult>,
    delivery: Delivery,
  ): Promise<void>;
  /** Cuts all streams without `complete`: a client that comes back with its last id misses nothing. */
  cut(): void;
  size(): number;
}

/** @param limits heartbeat, stall and credential intervals */
export function createSseStreams(deps: Deps, limits: Limits): SseStreams {
  const open = new Set<ServerResponse>();
  return {
    async write(res, request, results, delivery) {
      const iterator = results[Symbol.asyncIterator]();
      const unwatch = watch(deps, limits, request, res);
      const leave = () => {
        open.delete(res);
        unwatch();
        // not awaited: a source that waits for its next event answers when that comes
        iterator.return?.().catch((error: unknown) => deps.log.warn({ err: error }, 'a subscription ended badly'));
      };
      if (!isOpen(res)) return leave();
      open.add(res);
      res.once('close', leave);
      res.write(RETRY);
      await pump(res, iterator, delivery);
    },
    cut() {
      for (const res of open) res.destroy();
    },
    size: () => open.size,
  };
}

/** Pulls one event at a time and waits for its bytes to leave: a slow reader fills the hub's bounded buffer, not our memory. */
async function pump(res: ServerResponse, iterator: AsyncIterator<ExecutionResult>, delivery: Delivery): Promise<void> {
  while (isOpen(res)) {
    const { done, value } = await iterator.next();
    if (!isOpen(res)) return;
    if (done) {
      res.end(COMPLETE);
      return;
    }
    if (value.errors?.some(({ extensions }: { extensions: object }) => isResumableEnd(extensions))) {
      // no `complete`: the client comes back and resumes
      res.destroy();
      return;
    }
    if (!res.write(message(value, delivery.cursor))) await Promise.race([once(res, 'drain'), once(res, 'close')]);
  }
}

/** Heartbeats, and the two ends that come from outside: a reader that takes nothing, a credential that ends. */
function watch(deps: Deps, limits: Limits, request: RequestState, res: ServerResponse): () => void {
  const heartbeat = setInterval(() => {
    if (isOpen(res) && !res.writableNeedDrain) res.write(HEARTBEAT);
  }, limits.heartbeatMs);
  let flushed = 0;
  let wasWaiting = false;
  const stall = setInterval(() => {
    const now = (res.socket?.bytesWritten ?? 0) - (res.socket?.writableLength ?? 0);
    if (res.writableNeedDrain && wasWaiting && now === flushed) res.destroy();
    wasWaiting = res.writableNeedDrain;
    flushed = now;
  }, limits.stallMs / 2);
  const { viewer, bearer } = request;
  const endSession = (reason: string) => {
    if (isOpen(res)) res.end(message({ errors: [unauthenticated(reason)] }, null) + COMPLETE);
  };
  const unwatch =
    viewer && bearer ? watchSession(deps, { viewer, bearer }, limits.recheckMs, endSession) : () => undefined;
  return () => {
    clearInterval(heartbeat);
    clearInterval(stall);
    unwatch();
  };
}

function isOpen(res: ServerResponse): boolean {
  return !res.destroyed && !res.writableEnded;
}

function isResumableEnd(extensions: { code?: unknown }): boolean {
  return String(extensions.code) in streamEnds;
}

function message(result: ExecutionResult, cursor: string | null): string {
  const id = cursor === null ? '' : `id: ${cursor}\n`;
  const body = result.errors ? { ...result, errors: result.errors.map(errorOnStream) } : result;
  return `event: next\n${id}data: ${JSON.stringify(body)}\n\n`;
}
