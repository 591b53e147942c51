import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ExecutionResult } from 'graphql';
import type { WebSocket } from 'ws';
import type { Viewer } from '../domain/access/viewer.ts';
import type { Admission } from './documents/admit-document.ts';
import type { RateStanding } from './rate.ts';

/** One operation on one WebSocket. */
export interface Subscriber {
  socket: WebSocket;
  /** What the socket writes its frames to, whole and one after another: whole frames may be written beside it. */
  stream: Socket;
  /** As its client named it. */
  operationId: string;
}

/** What the edge knows about a request before GraphQL begins; the plugins and the context are given it. */
export interface RequestState {
  requestId: string;
  transport: 'http' | 'sse' | 'ws';
  /** The credential that was sent, without its scheme. */
  bearer: string | null;
  /** Null until the request is authenticated, and for callers without a credential. */
  viewer: Viewer | null;
  /** Where the request came from. */
  address: string;
  /** How the caller stands with its rate; told in the headers of the answer. */
  rate: { standing: RateStanding | null };
  lastEventId: string | null;
  /** Of a subscription over WebSocket: whom its frames may be written to. */
  subscriber?: Subscriber;
  /** Under way, or done: the caller is signed in and its request counted, or refused. */
  signedIn?: Promise<void>;
  /** The front door has run it: the answer is still to be made, and nothing is to be run again. */
  executed?: { result: ExecutionResult; query: string };
  /** How its document came to be run; set when that is decided. */
  admission?: Admission;
  /** May whoever carries the answer keep it? Nobody may, unless this is set. */
  isCacheable?: boolean;
  /** Set when the body is written as it comes (SSE), after the head. */
  writeBody?: (res: ServerResponse) => Promise<void>;
  /** Ends what would have been written, when it does not come to that. */
  dropBody?: () => Promise<void>;
}

/** The caller's own request id when it is a harmless one, else a new one. */
export function requestIdOf(req: IncomingMessage): string {
  const given = req.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

/** Headers of every answer: names and values in turn. */
export const commonHeaders = (requestId: string): string[] => [
  'X-Request-Id',
  requestId,
  'X-Content-Type-Options',
  'nosniff',
];

/** Sets headers that are names and values in turn. */
export function setHeaders(res: ServerResponse, headers: readonly string[]): void {
  for (let at = 0; at < headers.length; at += 2) res.setHeader(headers[at] ?? '', headers[at + 1] ?? '');
}

const MOST_HOSTS = 100;

/** Can a URL be made with this Host? Remembers the names that callers use. */
export function hostCheck(): (host: string | undefined) => boolean {
  const good = new Set<string>();
  return (host) => {
    if (host !== undefined && good.has(host)) return true;
    const isGood = URL.canParse(`http://${host}/`);
    if (isGood && host !== undefined && good.size < MOST_HOSTS) good.add(host);
    return isGood;
  };
}
