import type { CreditSessions } from '../../connectors/credit-sessions.ts';
import type { Outcome } from '../../connectors/outcome.ts';
import type { Tx } from '../../db/client.ts';
import type { CreditSession, ProviderAccount } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { ConflictError, NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { acceptedValue } from '../provider/errors.ts';
import { connectorOf, partnerAccounts } from '../provider/store.ts';

/** What is needed to ask a lender. */
export type LenderDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;
/** What is needed to start something there: its calls come to an address of ours. */
export type CreditDeps = LenderDeps & Pick<Deps, 'config'>;

/** A provider account that lends, and the way to it. */
export interface Lender {
  account: ProviderAccount;
  credit: CreditSessions;
}

/** Calls are made with the credentials of the account itself. */
export const asAccount = { wallet: null };

/**
 * The partner's account that lends, whatever its health: who has to call it finds out.
 * @param provider this one only
 * @throws NotSupportedError when the partner has none
 */
export async function lenderOf(
  deps: Pick<Deps, 'connectors' | 'vault'>,
  tx: Tx,
  partnerId: string,
  provider: string,
): Promise<Lender> {
  for (const account of await partnerAccounts(tx, partnerId, provider)) {
    const credit = connectorOf(deps, account).creditSessions;
    if (credit) return { account, credit };
  }
  throw new NotSupportedError(provider, 'CREDIT', 'No provider account of this partner can do this.');
}

/** The account through which a session was started. */
export async function lenderOfSession(
  deps: Pick<Deps, 'connectors' | 'vault'>,
  tx: Tx,
  { providerAccountId: id }: CreditSession,
): Promise<Lender> {
  const account = present(await tx.providerAccount.findUnique({ where: { id } }), 'the provider account of a session');
  return { account, credit: present(connectorOf(deps, account).creditSessions, 'the credit of a provider account') };
}

/**
 * The value of an accepted write about a session.
 * @throws ConflictError, ProviderRejectedError; ProviderUnavailableError when nothing is known
 */
export function acceptedOfLender<T>(outcome: Outcome<T>, provider: string): T {
  if (outcome.kind === 'rejected' && outcome.refusal.errorCode === 'CONFLICT')
    throw new ConflictError(
      `${outcome.refusal.providerMessage ?? 'The provider has this already.'} Start again under another orderId.`,
    );
  return acceptedValue(outcome, provider);
}
