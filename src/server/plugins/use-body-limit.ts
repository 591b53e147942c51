import type { EdgePlugin } from '../door/known-hooks.ts';
import { edgeError } from '../faults.ts';
import { isMultipart } from './use-uploads.ts';

/**
 * Refuses bodies above the limit: at once when Content-Length tells, else while they are read.
 * Yoga's own limiter is off, because it rebuilds every request through a stream and halves the throughput.
 */
export function useBodyLimit(bodyBytes: number, uploadBytes: number): EdgePlugin {
  const tooLarge = (limitBytes: number) =>
    edgeError(`The body is larger than ${limitBytes} bytes.`, 'BODY_TOO_LARGE', 413);
  return {
    atDoor: { onRequestParse: 'the door takes bodies whose Content-Length is within the limit' },
    onRequestParse({ request, requestParser, setRequestParser, fetchAPI }) {
      const upload = isMultipart(request.headers.get('content-type') ?? '');
      const limitBytes = upload ? uploadBytes : bodyBytes;
      const length = request.headers.get('content-length');
      if (length !== null) {
        if (Number(length) > limitBytes) throw tooLarge(limitBytes);
        return;
      }
      // files are counted where they are read
      if (upload || !requestParser || !request.body) return;
      setRequestParser(async (original) => {
        const body = await readAtMost(original, limitBytes);
        if (body === null) throw tooLarge(limitBytes);
        return requestParser(
          new fetchAPI.Request(original.url, { method: original.method, headers: original.headers, body }),
        );
      });
    },
  };
}

/** Beyond this many times the limit nobody is listened to any longer. */
const PATIENCE = 16;

/** The whole body, or null when it is too large: then the rest is read and dropped, so that an honest client gets its answer. */
async function readAtMost(request: Request, limitBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes <= limitBytes) chunks.push(chunk);
    // leaving the loop cuts the connection
    if (bytes > limitBytes * PATIENCE) return null;
  }
  return bytes > limitBytes ? null : Uint8Array.from(Buffer.concat(chunks));
}
