import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { ProviderRejectedError, ProviderUnavailableError } from '../provider/errors.ts';
import { followNumbered, followSoon } from './follow-numbered.ts';

/** The job's part: asks about an invoice that waits to be paid, and comes back until it has ended, whatever the provider says. */
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
  try {
    const followed = await followNumbered(deps, wallet, invoice.reference);
    if (followed && followed.state !== 'CREATED') return;
  } catch (error) {
    if (!(error instanceof ProviderRejectedError || error instanceof ProviderUnavailableError)) throw error;
    deps.log.warn(
      { invoiceId, code: error.code },
      'a provider could not tell of an invoice that waits; it will be asked again',
    );
  }
  await transaction(deps.db, (tx) => followSoon(tx, invoice, round + 1, now));
}
