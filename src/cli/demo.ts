import type { Demo } from '../app.ts';
import { isId } from '../lib/ids.ts';

/** Session tokens carry their end in their second part; nothing is verified here, it is only shown. */
function timeLeft(token: string): string | null {
  const payload = token.split('.')[1];
  if (payload === undefined) return null;
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : null;
  if (typeof exp !== 'number') return null;
  const minutes = Math.max(0, Math.round((exp * 1000 - Date.now()) / 60_000));
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

/** A query as one line that a shell takes inside single quotes. */
function curlOf(url: string, apiKey: string, query: string): string {
  const body = JSON.stringify({
    query: query
      .replaceAll(/\s*#.*$/gm, '')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  });
  return [
    `curl -s ${url}/graphql -H 'Content-Type: application/json' \\`,
    `  -H 'Authorization: Bearer ${apiKey}' \\`,
    `  -d '${body.replaceAll("'", "'\\''")}'`,
  ].join('\n');
}

/**
 * The demo partner, as `start` and `seed` print it.
 * @param url where the gateway is
 */
export function describeDemo(demo: Demo, url: string): string {
  const left = timeLeft(demo.customerToken);
  const wallets = demo.wallets.map(({ title, id }) => `    ${title.padEnd(24)} ${isId('Wallet', id) ? id : `(${id})`}`);
  return [
    `  Partner “${demo.partnerName}”`,
    ...wallets,
    `  Server key      ${demo.apiKey}`,
    `  Customer token  ${demo.customerToken}`,
    `                  ${left === null ? '' : `expires in ${left}; `}koshel seed prints a new one`,
    '',
    '  A first query:',
    '',
    curlOf(url, demo.apiKey, demo.firstQuery),
  ].join('\n');
}
