import type { Deps } from '../../deps.ts';
import { followNumbered } from './follow-numbered.ts';

/**
 * Acts on a provider's call about an invoice: only what the provider answers to our own question counts.
 * @throws ProviderRejectedError, ProviderUnavailableError: the job is tried again
 */
export async function followInvoiceNews(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>,
  { walletId, number }: { walletId: string | null; number: string },
): Promise<void> {
  const where = { id: walletId ?? '' };
  const wallet = await deps.db.prisma.wallet.findUnique({ where, include: { accounts: true } });
  const followed = wallet && wallet.status !== 'CLOSED' ? await followNumbered(deps, wallet, number) : null;
  if (!followed) deps.log.info({ walletId }, 'a provider called about an invoice that it does not have');
}
