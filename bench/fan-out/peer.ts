import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { ServerCommand } from './gateway.ts';
import { cpuUsed, weigh } from './spent.ts';

/** The limit: `ws` alone, one buffer to every socket. */
const http = createServer();
const sockets = new WebSocketServer({ server: http });
http.listen(0, '127.0.0.1');
await once(http, 'listening');
process.send?.((http.address() as AddressInfo).port);

process.on('message', (command: ServerCommand) => {
  if (command.do === 'cpu') process.send?.(cpuUsed());
  if (command.do === 'weigh') process.send?.(weigh());
  if (command.do === 'subscriptions') process.send?.(sockets.clients.size);
  if (command.do !== 'happen') return;
  const frame = Buffer.from(command.frame ?? '');
  const startedAt = process.hrtime.bigint();
  for (const socket of sockets.clients) socket.send(frame, { binary: false });
  process.send?.(String(startedAt));
});
process.once('disconnect', () => process.exit(0));
