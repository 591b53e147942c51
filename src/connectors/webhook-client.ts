import { Resolver } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { hostOf, isInternalIp, isInternalName, isLoopbackIp } from '../lib/internal-address.ts';
import { createHttpClient, type HttpAnswer, HttpFailure } from './http.ts';

/** The addresses of a host name; rejects as `node:dns` does. */
export type Resolve = (host: string) => Promise<string[]>;

/** The way out to addresses that partners chose, and that nobody here has reason to trust. */
export interface WebhookClient {
  /** Why this address may not be called, as a sentence for who gave it; null when it may, as far as can be told now. */
  refusal(url: string): Promise<string | null>;
  /**
   * Posts a JSON text as it is. Redirects are answers; the host is judged again by the addresses that are connected to.
   * @throws HttpFailure when no whole answer came in time
   */
  send(request: { url: string; headers: Record<string, string>; body: string }): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export interface WebhookClientOptions {
  /** Beside the sandbox, this machine may be called, and without TLS. */
  sandbox: boolean;
  /** From the first step to the last byte of the answer. */
  deadlineMs?: number | undefined;
  /** In place of DNS. */
  resolve?: Resolve | undefined;
}

/** Standard Webhooks asks for 15 to 30 seconds. */
const DEADLINE_MS = 15_000;
/** Nobody reads the answer's body. */
const MAX_BYTES = 64 * 1024;
/** Connections to one origin; how many deliveries are under way is bounded by who sends them. */
const CONNECTIONS = 1_024;
const INSIDE = 'leads inside a private network, which is not called. Give an address of the Internet.';

/** Opens the client. No connection is made before there is something to send. */
export function createWebhookClient({
  sandbox,
  deadlineMs = DEADLINE_MS,
  resolve = resolveHost,
}: WebhookClientOptions): WebhookClient {
  const forbidden = (address: string) => isInternalIp(address) && !(sandbox && isLoopbackIp(address));
  const judge = (text: string): string | null => {
    const url = new URL(text);
    const host = hostOf(url);
    if (url.protocol !== 'https:' && !sandbox) return 'must begin with https://.';
    if (url.username || url.password) return 'must not contain a user name or a password.';
    if (url.hash) return 'must not contain a fragment (#…).';
    if (isIP(host)) return forbidden(host) ? INSIDE : null;
    return isInternalName(host) && !(sandbox && host === 'localhost') ? INSIDE : null;
  };
  const http = createHttpClient({
    deadlineMs,
    maxBytes: MAX_BYTES,
    connections: CONNECTIONS,
    lookup: guardedLookup(resolve, forbidden),
  });
  return {
    async refusal(url) {
      const written = judge(url);
      const host = hostOf(new URL(url));
      if (written || isIP(host)) return written;
      const addresses = await resolve(host).catch(unresolved);
      if (addresses?.length === 0) return 'names a host that does not exist. Check its spelling.';
      return addresses?.some(forbidden) ? INSIDE : null;
    },
    async send({ url, headers, body }) {
      const refusal = judge(url);
      if (refusal) throw new HttpFailure('CONNECTION_FAILED', false, refusal, notCalled(refusal));
      return http.send({ method: 'POST', url, headers, body: { kind: 'json', text: body } });
    },
    close: () => http.close(),
  };
}

/** The code of the error behind an attempt that was not made because of its address; its message says why. */
export const NOT_CALLED = 'ERR_NOT_CALLED';
const notCalled = (why: string) => Object.assign(new Error(why), { code: NOT_CALLED });

/** The addresses that are judged are those that are connected to: a name that changes its mind in between gains nothing. */
function guardedLookup(resolve: Resolve, forbidden: (address: string) => boolean): LookupFunction {
  return (host, options, callback) => {
    resolve(host.replace(/\.$/, '')).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        const [first] = found;
        if (!first) return callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '', 0);
        if (addresses.some(forbidden)) return callback(notCalled(INSIDE), '', 0);
        return options.all ? callback(null, found) : callback(null, first.address, first.family);
      },
      (error) => callback(error, '', 0),
    );
  };
}

/** There is no such name: no address. Could not be asked: null, and the next try will tell. */
function unresolved(error: unknown): string[] | null {
  const code = (error as { code?: unknown } | null)?.code;
  return code === 'ENOTFOUND' || code === 'ENODATA' ? [] : null;
}

/** Asks DNS without a thread of the process's small pool, in which a slow name server would hold up everything else. */
async function resolveHost(host: string): Promise<string[]> {
  if (host === 'localhost') return ['127.0.0.1', '::1'];
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (found.length === 0 && v4.status === 'rejected') throw v4.reason;
  return found;
}
