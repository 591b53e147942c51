import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Deps } from '../deps.ts';
import { finishAuthorization } from '../domain/wallet/finish-authorization.ts';

const PATH = /^\/oauth\/([a-z]{2,20})\/(pac_[0-9a-z]{26})\/?$/;
const MAX_VALUE = 2_000;

/** Is this path that of a browser that comes back from a consent page? */
export const isOauthReturn = (path: string): boolean => path.startsWith('/oauth/');

/**
 * `GET /oauth/<provider>/<providerAccountId>`: a browser comes back from a provider's consent page. It is sent on to the address
 * that walletAuthorize was given, with `walletId` or `error`; nowhere else, whatever the request says.
 */
export async function handleOauthReturn(deps: Deps, req: IncomingMessage, res: ServerResponse): Promise<void> {
  // nothing of this address, which has a code in it, may be kept or handed on
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Referrer-Policy', 'no-referrer');
  const url = new URL(req.url ?? '/', 'http://gateway');
  const [, provider = '', providerAccountId = ''] = PATH.exec(url.pathname) ?? [];
  if (providerAccountId === '') return answer(res, 404, 'Not found.');
  if (req.method !== 'GET') return answer(res, 405, 'Only GET.', { Allow: 'GET' });
  const state = url.searchParams.get('state') ?? '';
  const code = url.searchParams.get('code');
  if (state.length > MAX_VALUE || (code ?? '').length > MAX_VALUE) return answer(res, 400, 'Malformed.');
  const location = await finishAuthorization(deps, {
    provider,
    providerAccountId,
    state,
    code: code === '' ? null : code,
  });
  if (location === null)
    return answer(res, 400, 'This link was used before or has expired. Begin again where you came from.');
  res.writeHead(303, { Location: location }).end();
}

function answer(res: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers }).end(`${text}\n`);
}
