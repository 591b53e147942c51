import { edgeError } from '../faults.ts';
import { badRequest, placeFiles } from './operations.ts';
import { createParts, type MultipartOptions, type Parts } from './parts.ts';

/** A multipart request that was read. */
export interface MultipartRequest {
  /** The GraphQL request with its files (StoredFile) in their places. */
  params: object;
  /** Gives back what the files take up. To be called when the request is done. */
  release(): Promise<void>;
}

/** Beyond this many times the limit nobody is listened to any longer. */
const PATIENCE = 16;

/**
 * Reads a request as graphql-multipart-request-spec has it while it comes: `operations`, `map`, then the files, which go to disk piece by
 * piece. Of a request that is refused nothing stays; the rest of its body is read and dropped, so that an honest client gets its answer.
 * @param contentType with the boundary
 * @throws GraphQLError: BODY_TOO_LARGE, BAD_REQUEST, or what `admit` throws; errors of the disk as they are
 */
export async function readMultipart(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
  options: MultipartOptions,
): Promise<MultipartRequest> {
  const parts = createParts(contentType, options);
  try {
    await feed(body, parts, options.limits.uploadBytes);
    const { asked, files } = await parts.end();
    return { params: placeFiles(asked, files), release: () => parts.release() };
  } catch (error) {
    await parts.release();
    throw error;
  }
}

async function feed(body: AsyncIterable<Uint8Array>, parts: Parts, limitBytes: number): Promise<void> {
  let bytes = 0;
  let refusal: unknown = null;
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      // leaving the loop cuts the connection
      if (bytes > limitBytes * PATIENCE) break;
      if (refusal !== null) continue;
      refusal = bytes > limitBytes ? tooLarge(limitBytes) : await parts.write(chunk);
      if (refusal !== null) await parts.release();
    }
  } catch {
    throw refusal ?? badRequest('The body ended before it was complete.');
  }
  if (refusal !== null) throw refusal;
}

const tooLarge = (limitBytes: number) =>
  edgeError(`The body is larger than ${limitBytes} bytes.`, 'BODY_TOO_LARGE', 413);
