import { connect, type Socket } from 'node:net';

/** A client that sends one request after another over one connection, and costs next to nothing beside the server. */
export interface KeepAlive {
  /** Posts a JSON body and returns the body of the answer; any status but 200 throws. */
  post(body: string): Promise<string>;
  close(): void;
}

/**
 * Connects to a server of HTTP/1.1 that answers with Content-Length or in chunks.
 * @param head further header lines, each ending with CRLF
 */
export async function openKeepAlive(url: string, head: string): Promise<KeepAlive> {
  const { hostname, port, pathname, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number.parseInt(port, 10), noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const lines = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${head}Content-Length: `;
  const answers = readAnswers(socket);
  return {
    post(body) {
      socket.write(`${lines}${Buffer.byteLength(body)}\r\n\r\n${body}`);
      return answers();
    },
    close: () => socket.destroy(),
  };
}

function readAnswers(socket: Socket): () => Promise<string> {
  let buffered = Buffer.alloc(0);
  let waiting: { resolve(body: string): void; reject(error: Error): void } | null = null;
  const fail = (error: Error) => waiting?.reject(error);
  socket.on('error', fail).on('close', () => fail(new Error('the connection was closed')));
  socket.on('data', (chunk) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    const answer = readAnswer(buffered);
    if (!answer) return;
    buffered = buffered.subarray(answer.end);
    const one = waiting;
    waiting = null;
    if (answer.status === 200) one?.resolve(answer.body);
    else one?.reject(new Error(`status ${answer.status}: ${answer.body}`));
  });
  return () => new Promise((resolve, reject) => (waiting = { resolve, reject }));
}

/** The first whole answer in the bytes, and where it ends; null while it is not all there. */
function readAnswer(bytes: Buffer): { status: number; body: string; end: number } | null {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const head = bytes.toString('latin1', 0, headEnd);
  const status = Number.parseInt(head.slice(9, 12), 10);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  const start = headEnd + 4;
  if (length !== undefined) {
    const end = start + Number.parseInt(length, 10);
    return bytes.length < end ? null : { status, body: bytes.toString('utf8', start, end), end };
  }
  const chunks: Buffer[] = [];
  for (let at = start; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const next = line + 2 + size + 2;
    if (bytes.length < next) return null;
    if (size === 0) return { status, body: Buffer.concat(chunks).toString('utf8'), end: next };
    chunks.push(bytes.subarray(line + 2, line + 2 + size));
    at = next;
  }
}
