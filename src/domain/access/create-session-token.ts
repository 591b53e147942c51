import type { Scope } from '../../db/generated/enums.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError } from '../../errors.ts';
import { erased } from '../customer/living.ts';
import { signSessionToken } from './session-token.ts';
import type { PartnerViewer } from './viewer.ts';

/** What a frontend may ever do for its customer; the rest is for servers and operators. */
export const sessionScopes: readonly Scope[] = [
  'CUSTOMERS_READ',
  'WALLETS_READ',
  'WALLETS_WRITE',
  'PAYMENTS_READ',
  'PAYMENTS_WRITE',
  'CARDS_READ',
  'CARDS_WRITE',
  'INVOICES_READ',
  'INVOICES_WRITE',
  'CREDIT_READ',
  'EVENTS_READ',
];
const MAX_TTL_SECONDS = 86_400;

export interface CreateSessionTokenInput {
  customerId: string;
  scopes?: readonly Scope[] | undefined;
  ttlSeconds?: number | undefined;
}

/**
 * Mints a short-lived token with which a frontend acts for one customer of the partner.
 * Without `scopes` it gets all that a session may have and the key has.
 * @throws NotFoundError for another partner's customer; InvalidInputError for an erased one, and for a scope that a session or the key
 *   cannot have
 */
export async function createSessionToken(
  { config, db, clock }: Pick<Deps, 'config' | 'db' | 'clock'>,
  viewer: PartnerViewer,
  { customerId, scopes, ttlSeconds = 900 }: CreateSessionTokenInput,
): Promise<{ token: string; expiresAt: Date }> {
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MAX_TTL_SECONDS) {
    throw InvalidInputError.at('input.ttlSeconds', `must be a whole number from 1 to ${MAX_TTL_SECONDS}.`);
  }
  const possible = sessionScopes.filter((scope) => viewer.scopes.has(scope));
  const refused = scopes?.find((scope) => !possible.includes(scope));
  if (refused) {
    const why = sessionScopes.includes(refused) ? 'this API key does not have it' : 'a session can never have it';
    throw InvalidInputError.at('input.scopes', `${refused} cannot be granted: ${why}.`);
  }
  const where = { id: customerId, partnerId: viewer.partnerId };
  const customer = await db.prisma.customer.findFirst({ where, select: { erasedAt: true } });
  if (!customer) throw new NotFoundError('The customer');
  if (customer.erasedAt) throw erased('input.customerId');
  const issuedAt = clock.now();
  const expiresAt = new Date(Math.floor(issuedAt.getTime() / 1000) * 1000 + ttlSeconds * 1000);
  const session = { partnerId: viewer.partnerId, customerId, scopes: [...(scopes ?? possible)], issuedAt, expiresAt };
  return { token: await signSessionToken(config.tokenSecret, session), expiresAt };
}
