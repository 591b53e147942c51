import type { Tx } from '../../db/client.ts';
import type { MinorAmount } from '../../errors.ts';
import { walletBalances } from '../../ledger/balance.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';
import { effectiveLimits } from './effective-limits.ts';
import { LimitExceededError } from './errors.ts';
import { limitView } from './limit-views.ts';

/**
 * Would the wallet hold more than it may, with what is on its way into it? For money whose completion cannot be refused any
 * more, because a provider will have taken it: it must not be begun.
 * @throws LimitExceededError
 */
export async function checkStanding(tx: Tx, wallet: WalletWithAccounts, amount: MinorAmount, now: Date): Promise<void> {
  const own = await tx.walletLimit.findMany({ where: { walletId: wallet.id, kind: 'BALANCE' } });
  const limits = effectiveLimits(wallet.identificationLevel, own);
  const limit = limits.find(({ kind, currency }) => kind === 'BALANCE' && currency === amount.currency);
  if (!limit || wallet.provider !== 'LOCAL') return;
  const balances = (await walletBalances(tx, [wallet.id])).get(wallet.id) ?? [];
  const posted = balances.find(({ currency }) => currency === amount.currency)?.posted ?? 0n;
  const open = await tx.payment.aggregate({
    where: {
      destinationWalletId: wallet.id,
      kind: 'TOP_UP',
      status: 'PROCESSING',
      currency: amount.currency,
      providerAccountId: { not: null },
    },
    _sum: { amountMinor: true },
  });
  const coming = open._sum.amountMinor ?? 0n;
  if (posted + coming + amount.minor <= limit.maxMinor) return;
  throw new LimitExceededError(limitView(limit, { spentMinor: posted + coming, count: 0 }, now), amount);
}
