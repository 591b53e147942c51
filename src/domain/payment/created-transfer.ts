import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { begin } from './progress.ts';
import { save } from './store.ts';
import { carryOutTransfers, checkTransfer, precheckTransfer, type TransferPlan, transferPayment } from './transfer.ts';

/**
 * Makes a transfer between LOCAL wallets inside a transaction of its caller: checked and priced, or with `confirm` carried out.
 * @param until the last instant at which it can be confirmed, where that is sooner than usual
 * @throws InvalidInputError, StateError, NotSupportedError, InsufficientFundsError, LimitExceededError
 */
export async function createdTransfer(
  tx: Tx,
  plan: TransferPlan,
  { confirm, until }: { confirm: boolean; until: Date | null },
  now: Date,
): Promise<Payment> {
  checkTransfer(plan, 'input');
  const partner = await tx.partner.findUniqueOrThrow({ where: { id: plan.from.partnerId } });
  const row = transferPayment(plan, partner, now);
  const sooner = until && row.expiresAt && until < row.expiresAt ? { expiresAt: until } : {};
  const transfer = begin({ ...row, ...sooner }, 'API', now);
  await precheckTransfer(tx, transfer.payment, plan.from, now);
  if (!confirm) return (await save(tx, [transfer], [], now))[0] ?? transfer.payment;
  const wallets = new Map([plan.from, plan.to].map((wallet) => [wallet.id, wallet]));
  const { progresses, events } = await carryOutTransfers(tx, [transfer], wallets, now);
  return (await save(tx, progresses, events, now))[0] ?? transfer.payment;
}
