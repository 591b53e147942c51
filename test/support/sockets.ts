import { once } from 'node:events';
import { vi } from 'vitest';
import WebSocket from 'ws';

/** A message of graphql-transport-ws as it came. */
export interface Said {
  id?: string;
  type: string;
  payload?: unknown;
  /** Word for word. */
  text: string;
}

/** A bare connection that has its ack, and all that was said to it since. */
export interface Peer {
  socket: WebSocket;
  said: Said[];
  /** What was said to an operation, word for word. */
  texts(operationId: string): string[];
  /** Begins an operation. */
  subscribe(operationId: string, query: string, variables?: Record<string, unknown>): void;
  /** Ends it. */
  complete(operationId: string): void;
  /** Resolves when so many messages were said. */
  heard(count: number): Promise<void>;
  /** How it was closed. */
  closed: Promise<{ code: number; reason: string }>;
}

/** @param requestId what the ids in its errors begin with */
export async function dial(url: string, token: string, requestId = ''): Promise<Peer> {
  const headers = requestId ? { 'x-request-id': requestId } : {};
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await once(socket, 'message');
  const said: Said[] = [];
  socket.on('message', (data) => said.push({ ...JSON.parse(String(data)), text: String(data) }));
  const send = (message: object) => socket.send(JSON.stringify(message));
  return {
    socket,
    said,
    closed,
    texts: (operationId) => said.filter(({ id }) => id === operationId).map(({ text }) => text),
    subscribe: (id, query, variables) => send({ id, type: 'subscribe', payload: { query, variables } }),
    complete: (id) => send({ id, type: 'complete' }),
    heard: (count) =>
      vi.waitFor(() => {
        if (said.length < count) throw new Error(`${said.length} of ${count} messages: ${said.at(-1)?.text}`);
      }),
  };
}
