import type { Tx } from '../../db/client.ts';
import type { Reconciliation } from '../../db/generated/client.ts';
import type { ReconciliationBreakKind } from '../../db/generated/enums.ts';
import { newId } from '../../lib/ids.ts';
import type { Money } from '../../money/money.ts';

/** A difference between a provider's book and ours. */
export interface Break {
  kind: ReconciliationBreakKind;
  /** What it is about: the same difference has the same subject in every comparison. */
  subject: string;
  paymentId?: string;
  creditSessionId?: string;
  providerReference?: string;
  /** By our book. */
  expected?: Money;
  /** By the provider's. */
  actual?: Money;
}

/** Writes down what a comparison has found; the same difference once. */
export async function keepBreaks(tx: Tx, { id, walletId }: Reconciliation, found: readonly Break[]): Promise<void> {
  if (found.length === 0) return;
  await tx.reconciliationBreak.createMany({
    data: found.map(({ kind, subject, paymentId, creditSessionId, providerReference, expected, actual }) => ({
      id: newId('ReconciliationBreak'),
      reconciliationId: id,
      walletId,
      kind,
      subject,
      paymentId: paymentId ?? null,
      creditSessionId: creditSessionId ?? null,
      providerReference: providerReference ?? null,
      currency: (expected ?? actual)?.currency ?? null,
      expectedMinor: expected?.minor ?? null,
      actualMinor: actual?.minor ?? null,
    })),
    skipDuplicates: true,
  });
}

/** A difference that is gone: every row that speaks of it is resolved. */
export async function resolveBreak(
  tx: Tx,
  walletId: string,
  { kind, subject }: Pick<Break, 'kind' | 'subject'>,
  now: Date,
): Promise<void> {
  const where = { walletId, kind, subject, resolvedAt: null };
  await tx.reconciliationBreak.updateMany({ where, data: { resolvedAt: now } });
}
