import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { followNumbered, followSoon } from './follow-numbered.ts';

/**
 * The job's part: asks about an invoice that waits to be paid, and comes back until it has ended.
 * @throws ProviderRejectedError, ProviderUnavailableError: the job is tried again
 */
export async function followWaiting(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>,
  { invoiceId, round }: { invoiceId: string; round: number },
): Promise<void> {
  const { prisma } = deps.db;
  const invoice = await prisma.invoice.findUnique({ where: { id: invoiceId } });
  const id = invoice?.recipientWalletId;
  if (invoice?.state !== 'CREATED' || !id || invoice.reference === null) return;
  const wallet = await prisma.wallet.findUniqueOrThrow({ where: { id }, include: { accounts: true } });
  if (wallet.status === 'CLOSED') return;
  const now = deps.clock.now();
  const followed = await followNumbered(deps, wallet, invoice.reference);
  if (followed && followed.state !== 'CREATED') return;
  await transaction(deps.db, (tx) => followSoon(tx, invoice, round + 1, now));
}
