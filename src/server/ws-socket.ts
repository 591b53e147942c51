import type { Socket } from 'node:net';
import { CloseCode, type WebSocket as ProtocolSocket } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Log } from '../lib/log.ts';
import type { Limits } from './limits.ts';

/** RFC 6455 allows 125 bytes in a close frame, two of which are the code. */
const MAX_REASON_BYTES = 123;
const TOO_SLOW = 'This consumer reads too slowly. Connect again and resume from the last cursor.';
/** graphql-ws throws this, and nothing else, for what only a server may say. */
const SERVER_MESSAGE = /^Unexpected message of type \w+ received$/;

/** A close reason, cut at a character where it is too long for a close frame. */
export function closeReason(text: string): string {
  let reason = text;
  while (Buffer.byteLength(reason) > MAX_REASON_BYTES) reason = reason.slice(0, -1);
  return reason;
}

/** Closes; a peer that does not answer the close frame in time is cut off. */
export function closeSocket(
  socket: WebSocket,
  { closingMs }: Pick<Limits, 'closingMs'>,
  code: number,
  reason: string,
): void {
  if (socket.readyState === socket.CLOSING || socket.readyState === socket.CLOSED) return;
  socket.close(code, closeReason(reason));
  const timer = setTimeout(() => socket.terminate(), closingMs);
  socket.once('close', () => clearTimeout(timer));
}

/**
 * The socket as graphql-ws wants it. `send` resolves when the bytes have left, so a subscription is pulled no faster than
 * its consumer reads. A consumer that takes nothing for `stallMs`, or lets too much wait, is closed with 1013, whoever wrote to it.
 * @param connection what the socket writes to
 */
export function protocolSocket(socket: WebSocket, connection: Socket, limits: Limits, log: Log): ProtocolSocket {
  let flushed = 0;
  let tookAt = performance.now();
  const watch = setInterval(() => {
    const now = connection.bytesWritten - connection.writableLength;
    if (now !== flushed || socket.bufferedAmount === 0) {
      flushed = now;
      tookAt = performance.now();
    } else if (performance.now() - tookAt > limits.stallMs) {
      closeSocket(socket, limits, 1013, TOO_SLOW);
    }
  }, limits.stallMs / 4);
  let alive = true;
  socket.on('pong', () => {
    alive = true;
  });
  const ping = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, limits.heartbeatMs);
  socket.once('close', () => {
    clearInterval(watch);
    clearInterval(ping);
  });
  return {
    protocol: socket.protocol,
    send(data) {
      return new Promise((resolve) => {
        if (socket.readyState !== socket.OPEN) return resolve();
        if (socket.bufferedAmount > limits.socketBacklogBytes) {
          closeSocket(socket, limits, 1013, TOO_SLOW);
          return resolve();
        }
        // a failed send means that the socket is closing, and its end is handled there
        socket.send(data, () => resolve());
      });
    },
    close(code, reason) {
      closeSocket(socket, limits, code ?? 1000, reason ?? '');
    },
    onMessage(handle) {
      socket.on('message', (data) => {
        handle(String(data)).catch((error: unknown) => {
          if (error instanceof Error && SERVER_MESSAGE.test(error.message)) {
            return closeSocket(socket, limits, CloseCode.BadRequest, error.message);
          }
          log.error({ err: error }, 'a WebSocket message could not be handled');
          closeSocket(socket, limits, CloseCode.InternalServerError, 'Internal server error');
        });
      });
    },
  };
}
