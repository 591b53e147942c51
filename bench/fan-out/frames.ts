import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** A WebSocket client that costs next to nothing beside the server: it answers pings and hands out texts. */
export interface FrameSocket {
  send(text: string): void;
  close(): void;
}

const PING = 0x9;
const TEXT = 0x1;

/**
 * Connects and shakes hands.
 * @param onText the bytes of each text message, valid during the call
 * @param onClose told when it ends, with why
 */
export async function openFrames(
  port: number,
  onText: (text: Buffer) => void,
  onClose: (reason: string) => void,
): Promise<FrameSocket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const shaken = new Promise<void>((resolve) => {
    let isOpen = false;
    let rest: Buffer | null = null;
    socket.on('data', (chunk) => {
      let bytes = rest ? Buffer.concat([rest, chunk]) : chunk;
      if (!isOpen) {
        const end = bytes.indexOf('\r\n\r\n');
        if (end < 0) {
          rest = bytes;
          return;
        }
        isOpen = true;
        bytes = bytes.subarray(end + 4);
        resolve();
      }
      rest = readFrames(socket, bytes, onText);
    });
  });
  socket.on('error', (error) => onClose(error.message)).on('close', () => onClose('closed'));
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
  );
  await shaken;
  return { send: (text) => socket.write(masked(TEXT, Buffer.from(text))), close: () => socket.destroy() };
}

/** Reads whole frames of a server, which are not masked. @returns what is left */
function readFrames(socket: Socket, bytes: Buffer, onText: (text: Buffer) => void): Buffer | null {
  let at = 0;
  while (bytes.length - at >= 2) {
    const opcode = (bytes[at] ?? 0) & 15;
    const short = (bytes[at + 1] ?? 0) & 127;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length - at < head) break;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
    const end = at + head + length;
    if (bytes.length < end) break;
    const payload = bytes.subarray(at + head, end);
    if (opcode === TEXT) onText(payload);
    else if (opcode === PING) socket.write(masked(0xa, payload));
    at = end;
  }
  return at === bytes.length ? null : bytes.subarray(at);
}

/** A frame of a client (RFC 6455, section 5.2), up to 65,535 bytes; the mask is four zeros. */
function masked(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...head, 0, 0, 0, 0]), payload]);
}
