import { randomBytes } from 'node:crypto';
import type { WalletAuthorization } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { sha256, type Vault } from '../../lib/crypto.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { once } from '../idempotency/once.ts';
import { accountFor, capable } from './at-provider.ts';
import { ownerOf } from './link-wallet.ts';

/** A person who has not consented by then has gone away. */
const CONSENT_WITHIN_MS = 15 * 60_000;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export interface AuthorizeWalletInput {
  idempotencyKey: string;
  customerId?: string | undefined;
  providerAccountId: string;
  /** Left out: all that the provider offers. */
  scopes?: string[] | undefined;
  /** Where the browser is sent in the end. */
  returnUrl: string;
}

/** The consent page that a browser is to open. */
export interface Consent {
  url: string;
  expiresAt: Date;
  replayed: boolean;
}

/** Where a consent goes, and the address with which its code is redeemed. */
export interface ConsentAddresses {
  url: string;
  redirectUri: string;
}

/**
 * Begins to link a wallet by its owner's consent on the provider's own page: nobody here ever sees the password. The state
 * that comes back with the browser is random, good once, and kept as a hash.
 * @param redirectUri where the provider sends the browser back to, unless it has an address registered for the account
 * @throws NotFoundError, InvalidInputError, IdempotencyError, NotSupportedError, ProviderUnavailableError
 */
export async function authorizeWallet(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock'>,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: AuthorizeWalletInput,
  redirectUri: (account: { id: string; provider: string }) => string,
): Promise<Consent> {
  const { providerAccountId, scopes = null } = input;
  const returnUrl = checkReturnUrl(input.returnUrl);
  if (
    scopes &&
    (scopes.length === 0 || scopes.length > 50 || scopes.some((scope) => !/^[\x21-\x7e]{1,64}$/.test(scope)))
  )
    throw InvalidInputError.at('input.scopes', 'must be 1 to 50 words of the provider’s; leave it out for all.');
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    const claim = { operation: 'walletAuthorize', key: idempotencyKey, input, resultId: newId('WalletAuthorization') };
    const { resultId: id, replayed } = await once(tx, deps, viewer, claim);
    if (replayed) {
      const asked = await tx.walletAuthorization.findUniqueOrThrow({ where: { id } });
      return { url: openAddresses(deps.vault, asked).url, expiresAt: asked.expiresAt, replayed };
    }
    const customerId = await ownerOf(tx, viewer, input.customerId);
    const route = await accountFor(deps, tx, viewer.partnerId, { providerAccountId }, 'CREDENTIALS');
    capable(route, 'CREDENTIALS', (connector) => connector.credentials?.redeemCode);
    const address = capable(route, 'CREDENTIALS', (connector) => connector.credentials?.authorizationUrl);
    const state = randomBytes(32).toString('base64url');
    const addresses = address({ state, redirectUri: redirectUri(route.account), scopes });
    const expiresAt = new Date(now.getTime() + CONSENT_WITHIN_MS);
    await tx.walletAuthorization.create({
      data: {
        id,
        partnerId: viewer.partnerId,
        customerId,
        providerAccountId,
        stateHash: sha256(state),
        addressesSealed: deps.vault.seal(JSON.stringify(addresses), `wallet_authorization.addresses:${id}`),
        returnUrl,
        createdAt: now,
        expiresAt,
      },
    });
    return { url: addresses.url, expiresAt, replayed };
  });
}

/** @throws InvariantError when the stored value was changed or belongs to another row */
export const openAddresses = (vault: Vault, { id, addressesSealed }: WalletAuthorization): ConsentAddresses =>
  JSON.parse(vault.open(addressesSealed, `wallet_authorization.addresses:${id}`)) as ConsentAddresses;

/** An address to which a browser may be sent with the outcome: encrypted on its way, or on this machine. */
function checkReturnUrl(given: string): string {
  const url = present(URL.canParse(given) ? new URL(given) : null, 'a URL');
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!safe || url.username !== '' || url.password !== '')
    throw InvalidInputError.at('input.returnUrl', 'must be an https address without a user name.');
  return url.href;
}
