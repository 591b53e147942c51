import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';

/** A request as it goes over the wire, so that nothing is put right on the way. */
export interface RawRequest {
  method?: string | undefined;
  path?: string | undefined;
  headers?: Record<string, string | string[]> | undefined;
  /** Sent with its length, unless the headers say otherwise. */
  body?: string | Buffer | undefined;
}

/** What came back. */
export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Sends one request on a connection of its own. */
export async function sendRaw(
  url: string,
  { method = 'POST', path = '/graphql', headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
  const chunked = 'Transfer-Encoding' in headers;
  const length =
    body === undefined || chunked || 'Content-Length' in headers
      ? {}
      : { 'Content-Length': String(Buffer.byteLength(body)) };
  const sent = request(url + path, { method, headers: { ...headers, ...length }, agent: false });
  sent.end(body);
  const [response] = await once(sent, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') };
}

/** Writes bytes on a new connection and reads until the other side closes it. */
export async function sendBytes(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
