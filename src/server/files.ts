import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Deps } from '../deps.ts';
import { openFileLink } from '../domain/file/file-link.ts';
import { type NamedFile, readFile } from '../domain/file/read-file.ts';
import { DomainError } from '../errors.ts';

const PREFIX = '/files/';
/** What a provider may send for a receipt or a statement, in bytes; larger ones are refused. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Is this path that of a link to a file? */
export const isFileLink = (path: string): boolean => path.startsWith(PREFIX);

/**
 * `GET /files/<token>`: the bytes behind a short-lived signed link, read from the provider at this moment. Who has the link needs
 * no key. A link that was not made here is 404, one that has expired 410, and neither says what it was for.
 */
export async function handleFile(deps: Deps, path: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  // what is behind the link, and the link itself, is nobody else's
  res.setHeader('Cache-Control', 'private, no-store');
  res.setHeader('Referrer-Policy', 'no-referrer');
  if (req.method !== 'GET') return say(res, 405, 'Only GET.', { Allow: 'GET' });
  const claim = openFileLink(deps, path.slice(PREFIX.length));
  if (claim === 'FORGED') return say(res, 404, 'Not found.');
  if (claim === 'EXPIRED') return say(res, 410, 'This link has expired. Ask for another one where you came from.');
  const file = await readOrNull(deps, claim);
  if (file === 'UNAVAILABLE') return say(res, 503, 'The provider cannot be reached just now. Try again later.');
  if (file === 'NONE') return say(res, 404, 'Not found.');
  if (file.content.byteLength > MAX_BYTES) return say(res, 502, 'The file is too large.');
  res.writeHead(200, {
    'Content-Type': file.contentType,
    'Content-Length': file.content.byteLength,
    'Content-Disposition': `attachment; filename="${file.name}"`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
  res.end(file.content);
}

async function readOrNull(
  deps: Deps,
  claim: Parameters<typeof readFile>[1],
): Promise<NamedFile | 'NONE' | 'UNAVAILABLE'> {
  try {
    return await readFile(deps, claim);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    deps.log.info({ code: error.code, kind: claim.kind }, 'a file could not be read from its provider');
    return error.code === 'PROVIDER_UNAVAILABLE' ? 'UNAVAILABLE' : 'NONE';
  }
}

function say(res: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers }).end(`${text}\n`);
}
