import { timingSafeEqual } from 'node:crypto';
import type { Deps } from '../../deps.ts';
import { sha256 } from '../../lib/crypto.ts';
import { hashApiKey } from './api-key.ts';
import { verifySessionToken } from './session-token.ts';
import { UnauthenticatedError, type Viewer } from './viewer.ts';

/** `lastUsedAt` is for people who clean up keys: an hour's precision spares a write per request. */
const LAST_USED_PRECISION_MS = 3_600_000;

/**
 * Who stands behind a bearer credential: the administrator's key, a partner's API key (`ksh_…`) or a session token.
 * @param bearer the credential without the word Bearer, or null when none was sent
 * @returns the viewer, or null without a credential
 * @throws UnauthenticatedError when the credential is wrong, revoked or expired
 */
export async function authenticate(
  deps: Pick<Deps, 'config' | 'db' | 'clock'>,
  bearer: string | null,
): Promise<Viewer | null> {
  if (bearer === null || bearer === '') return null;
  if (isAdminKey(deps.config.adminKey, bearer)) return { kind: 'ADMIN' };
  if (bearer.startsWith('ksh_')) return authenticateApiKey(deps, bearer);
  return authenticateSession(deps, bearer);
}

function isAdminKey(adminKey: string, bearer: string): boolean {
  // hashes have one length, so the comparison tells nothing by its time
  return adminKey !== '' && timingSafeEqual(Buffer.from(sha256(adminKey)), Buffer.from(sha256(bearer)));
}

async function authenticateApiKey({ db, clock }: Pick<Deps, 'db' | 'clock'>, bearer: string): Promise<Viewer> {
  const apiKey = await db.prisma.apiKey.findUnique({ where: { hash: hashApiKey(bearer) } });
  if (!apiKey || apiKey.revokedAt) throw new UnauthenticatedError('The API key is unknown or revoked.');
  const now = clock.now();
  if (!apiKey.lastUsedAt || now.getTime() - apiKey.lastUsedAt.getTime() > LAST_USED_PRECISION_MS) {
    await db.prisma.apiKey.update({ where: { id: apiKey.id }, data: { lastUsedAt: now } });
  }
  return { kind: 'PARTNER', partnerId: apiKey.partnerId, apiKeyId: apiKey.id, scopes: new Set(apiKey.scopes) };
}

async function authenticateSession(
  { config, db, clock }: Pick<Deps, 'config' | 'db' | 'clock'>,
  bearer: string,
): Promise<Viewer> {
  const viewer = await verifySessionToken(config.tokenSecret, bearer, clock.now());
  const customer = await db.prisma.customer.findFirst({
    where: { id: viewer.customerId, partnerId: viewer.partnerId, erasedAt: null },
    select: { id: true },
  });
  if (!customer) throw new UnauthenticatedError('The session token is not valid.');
  return viewer;
}
