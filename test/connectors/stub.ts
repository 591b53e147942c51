import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';

/** A request as the stub saw it. */
export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** What the stub does with a request. */
export type Script = { status: number; body: string; headers?: Record<string, string> } | 'SILENCE' | 'RESET' | 'HALF';

/** A provider on 127.0.0.1 that plays scripted answers, one after another; the last one is repeated. */
export interface Stub {
  url: string;
  seen: SeenRequest[];
  play(...scripts: (Script | ((request: SeenRequest) => Script))[]): void;
  close(): Promise<void>;
}

/** Starts a stub server on a free port. */
export async function startStub(): Promise<Stub> {
  const seen: SeenRequest[] = [];
  let scripts: (Script | ((request: SeenRequest) => Script))[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const got = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks),
      };
      seen.push(got);
      const next = scripts.length > 1 ? scripts.shift() : scripts[0];
      const script = typeof next === 'function' ? next(got) : next;
      if (script === 'SILENCE') return;
      if (script === undefined || script === 'RESET') return request.socket.destroy();
      if (script === 'HALF') {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"meta"', () => request.socket.destroy());
        return;
      }
      response.writeHead(script.status, { 'content-type': 'application/json', ...script.headers });
      response.end(script.body);
    });
  });
  const url = await listen(server);
  return {
    url,
    seen,
    play(...next) {
      scripts = next;
      seen.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A URL on 127.0.0.1 where nothing listens. */
export async function closedUrl(): Promise<string> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return `http://127.0.0.1:${port}`;
}
