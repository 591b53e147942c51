import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount, NotFoundError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { once } from '../idempotency/once.ts';
import { visibleWallets } from '../wallet/store.ts';
import { checkAmount, checkNote } from './new-payment.ts';
import { begin } from './progress.ts';
import { save } from './store.ts';
import { carryOutTransfers, checkTransfer, type TransferPlan, transferPayment } from './transfer.ts';

const MAX_LEGS = 500;

export interface TransferLeg {
  fromWalletId: string;
  toWalletId: string;
  amount: MinorAmount;
  note?: string | undefined;
}

export interface CreateTransferBatchInput {
  idempotencyKey: string;
  transfers: TransferLeg[];
  note?: string | undefined;
}

/**
 * Many transfers between LOCAL wallets, all or none, in the order given: what one leg brings the next may spend.
 * @returns the payments, completed, in the order of the legs
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, InsufficientFundsError, LimitExceededError,
 *   NotSupportedError: then no leg has moved
 */
export async function createTransferBatch(
  { db, vault, clock }: Pick<Deps, 'db' | 'vault' | 'clock'>,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: CreateTransferBatchInput,
): Promise<{ payments: Payment[]; replayed: boolean }> {
  checkForm(input);
  const now = clock.now();
  return transaction(db, async (tx) => {
    const claim = { operation: 'transferBatchCreate', key: idempotencyKey, input, resultId: newId('Batch') };
    const { resultId: batchId, replayed } = await once(tx, { vault }, viewer, claim);
    if (replayed)
      return { payments: await tx.payment.findMany({ where: { batchId }, orderBy: { id: 'asc' } }), replayed };

    const payers = { id: { in: input.transfers.map((leg) => leg.fromWalletId) }, ...visibleWallets(viewer) };
    const payees = { id: { in: input.transfers.map((leg) => leg.toWalletId) }, partnerId: viewer.partnerId };
    const found = await tx.wallet.findMany({ where: { OR: [payers, payees] }, include: { accounts: true } });
    const wallets = new Map(found.map((wallet) => [wallet.id, wallet]));
    const mine = new Set(
      viewer.kind === 'PARTNER'
        ? wallets.keys()
        : found.filter((w) => w.customerId === viewer.customerId).map((w) => w.id),
    );
    const partner = await tx.partner.findUniqueOrThrow({ where: { id: viewer.partnerId } });
    const transfers = input.transfers.map((leg, index) => {
      const path = `input.transfers.${index}`;
      const [from, to] = [wallets.get(leg.fromWalletId), wallets.get(leg.toWalletId)];
      if (!from || !mine.has(from.id)) throw new NotFoundError(`The paying wallet of ${path}`);
      if (!to) throw new NotFoundError(`The receiving wallet of ${path}`);
      const note = leg.note ?? input.note ?? null;
      // ids of one millisecond still sort in the order of the legs
      const plan: TransferPlan = {
        id: newId('Payment'),
        from,
        to,
        amount: leg.amount,
        note,
        idempotencyKey: null,
        batchId,
      };
      checkTransfer(plan, path);
      return begin(transferPayment(plan, partner, now), 'API', now);
    });
    const { progresses, events } = await carryOutTransfers(tx, transfers, wallets, now);
    return { payments: await save(tx, progresses, events, now), replayed };
  });
}

function checkForm({ transfers, note }: Omit<CreateTransferBatchInput, 'idempotencyKey'>): void {
  if (transfers.length === 0 || transfers.length > MAX_LEGS) {
    throw InvalidInputError.at('input.transfers', `must have 1 to ${MAX_LEGS} legs.`);
  }
  checkNote(note);
  transfers.forEach((leg, index) => {
    checkAmount(leg.amount, `input.transfers.${index}.amount`);
    checkNote(leg.note, `input.transfers.${index}.note`);
  });
}
