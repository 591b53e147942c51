import { timingSafeEqual } from 'node:crypto';
import type { Deps } from '../../deps.ts';
import { hashApiKey } from './api-key.ts';
import { knownKey, mayHaveSessions } from './known-callers.ts';
import { verifySessionToken } from './session-token.ts';
import { UnauthenticatedError, type Viewer } from './viewer.ts';

/** `lastUsedAt` is for people who clean up keys: an hour's precision spares a write per request. */
const LAST_USED_PRECISION_MS = 3_600_000;

/**
 * Who stands behind a bearer credential: the administrator's key, a partner's API key (`ksh_…`) or a session token.
 * What was read of a key or a customer is kept for half a second; what changes it in this process is heeded at once.
 * @param bearer the credential without the word Bearer, or null when none was sent
 * @returns the viewer, or null without a credential
 * @throws UnauthenticatedError when the credential is wrong, revoked or expired
 */
export async function authenticate(
  deps: Pick<Deps, 'config' | 'db' | 'clock'>,
  bearer: string | null,
): Promise<Viewer | null> {
  if (bearer === null || bearer === '') return null;
  const hash = hashApiKey(bearer);
  if (isAdminKey(deps.config.adminKey, hash)) return { kind: 'ADMIN' };
  if (bearer.startsWith('ksh_')) return authenticateApiKey(deps, hash);
  return authenticateSession(deps, bearer);
}

/** The administrator's key and its hash, of the last configuration that was asked: there is one in a process. */
let admin = { key: '', hash: Buffer.alloc(0) };

function isAdminKey(adminKey: string, hash: string): boolean {
  if (adminKey === '') return false;
  if (admin.key !== adminKey) admin = { key: adminKey, hash: Buffer.from(hashApiKey(adminKey)) };
  // hashes have one length, so the comparison tells nothing by its time
  return timingSafeEqual(admin.hash, Buffer.from(hash));
}

async function authenticateApiKey({ db, clock }: Pick<Deps, 'db' | 'clock'>, hash: string): Promise<Viewer> {
  const found = knownKey(db, hash);
  const known = found instanceof Promise ? await found : found;
  if (!known) throw new UnauthenticatedError('The API key is unknown or revoked.');
  const now = clock.now();
  if (!known.lastUsedAt || now.getTime() - known.lastUsedAt.getTime() > LAST_USED_PRECISION_MS) {
    known.lastUsedAt = now;
    await db.prisma.apiKey.update({ where: { id: known.viewer.apiKeyId }, data: { lastUsedAt: now } });
  }
  return known.viewer;
}

async function authenticateSession(
  { config, db, clock }: Pick<Deps, 'config' | 'db' | 'clock'>,
  bearer: string,
): Promise<Viewer> {
  const viewer = await verifySessionToken(config.tokenSecret, bearer, clock.now());
  if (!(await mayHaveSessions(db, viewer.partnerId, viewer.customerId)))
    throw new UnauthenticatedError('The session token is not valid.');
  return viewer;
}
