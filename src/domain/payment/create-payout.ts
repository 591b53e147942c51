import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { findWallet } from '../wallet/store.ts';
import { createBankPayout } from './create-bank-payout.ts';
import { type CreateProviderPayoutInput, createProviderPayout } from './create-provider-payout.ts';
import type { PayoutTarget } from './payees.ts';

/**
 * Money out of a wallet. The partner's own bank pays accounts for LOCAL wallets, unless a provider or one of its banks is named;
 * everything else goes through a provider.
 * @throws what createBankPayout and createProviderPayout throw
 */
export async function createPayout(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  viewer: TenantViewer,
  input: CreateProviderPayoutInput,
): Promise<{ payment: Payment; replayed: boolean }> {
  const { destination, provider, payer: _, ...rest } = input;
  const { bankAccount } = destination;
  if (!isForOwnBank(destination, provider)) return createProviderPayout(deps, viewer, input);
  const wallet = await findWallet(deps.db.prisma, viewer, input.fromWalletId);
  return wallet && wallet.provider !== 'LOCAL'
    ? createProviderPayout(deps, viewer, input)
    : createBankPayout(deps, viewer, { ...rest, bankAccount });
}

/** Would the partner's own bank pay this for a LOCAL wallet? */
export const isForOwnBank = ({ bankAccount }: PayoutTarget, provider: string | undefined): boolean =>
  bankAccount !== undefined && (provider === undefined || provider === 'LOCAL') && !namesBank(bankAccount);

const namesBank = (account: unknown): boolean =>
  typeof account === 'object' && account !== null && 'bankId' in account && account.bankId !== undefined;
