import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';

/** A file that is passed through: read from its beginning at each call of `stream`, `size` bytes in all. */
export interface Passage {
  size: number;
  stream(): AsyncIterable<Uint8Array>;
}

/** One file or field of a multipart body. */
export interface Part {
  name: string;
  content: Uint8Array | string | Passage;
  filename?: string;
  contentType?: string;
}

/** The length of a part's content in bytes. */
export function sizeOf({ content }: Part): number {
  if (typeof content === 'string') return Buffer.byteLength(content);
  return isPassage(content) ? content.size : content.length;
}

/**
 * A multipart/form-data body with the headers that belong to it. It is bytes when all parts are; a part that is passed through is read
 * while it is sent, and the length is told beforehand.
 */
export function encodeMultipart(parts: readonly Part[]): { body: Buffer | Readable; headers: Record<string, string> } {
  const boundary = `koshel-${randomBytes(16).toString('hex')}`;
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  const pieces: Piece[] = parts.flatMap(({ content, ...part }) => [
    headOf(part, boundary),
    isPassage(content) ? content : Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
  pieces.push(Buffer.from(`--${boundary}--\r\n`));
  if (pieces.every((piece) => Buffer.isBuffer(piece))) return { body: Buffer.concat(pieces), headers };
  const length = pieces.reduce((sum, piece) => sum + (Buffer.isBuffer(piece) ? piece.length : piece.size), 0);
  const body = Readable.from(bytesOf(pieces), { objectMode: false });
  return { body, headers: { ...headers, 'content-length': String(length) } };
}

type Piece = Buffer | Passage;

const isPassage = (content: Part['content']): content is Passage =>
  typeof content !== 'string' && !(content instanceof Uint8Array);

async function* bytesOf(pieces: readonly Piece[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (Buffer.isBuffer(piece)) yield piece;
    else yield* piece.stream();
  }
}

function headOf(part: Omit<Part, 'content'>, boundary: string): Buffer {
  const quoted = (text: string) => text.replace(/[\r\n"]/g, (char) => encodeURIComponent(char));
  const filename = part.filename === undefined ? '' : `; filename="${quoted(part.filename)}"`;
  const type = part.contentType === undefined ? '' : `Content-Type: ${part.contentType.replace(/[\r\n]/g, '')}\r\n`;
  const disposition = `Content-Disposition: form-data; name="${quoted(part.name)}"${filename}`;
  return Buffer.from(`--${boundary}\r\n${disposition}\r\n${type}\r\n`);
}
