import type { ProviderPayment } from '../../connectors/values.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { DomainError } from '../../errors.ts';
import { ProviderUnavailableError, readUpstream } from '../provider/errors.ts';
import type { WalletAtProvider } from '../wallet/at-provider.ts';
import { learn, StaleAnswerError } from './learn.ts';
import { openOrder } from './order.ts';

/** One page: what was undone longer ago has been told by a notification, or is taken for a movement at the provider alone. */
const LATEST = 35;

/**
 * Books what a wallet's provider has undone or redone of payments made here, where the notification is still on its way: asked when
 * the provider's figure differs from the books, so that the difference is not booked a second time. Providers that limit how
 * often their history may be read are left to whoever reads it.
 * @throws ProviderUnavailableError: nothing is known, and nothing else should be made of the difference
 */
export async function followUndone(
  deps: Pick<Deps, 'db' | 'vault' | 'clock' | 'log'>,
  { wallet, account, connector, call }: WalletAtProvider,
): Promise<void> {
  const { history } = connector;
  // what undoes a line that has no number is a line of its own, and read with the others
  if (!history || history.listsPerMinute || history.unnumbered) return;
  const sides = [{ sourceWalletId: wallet.id }, { destinationWalletId: wallet.id }];
  const ended = await deps.db.prisma.payment.findMany({
    where: {
      providerAccountId: account.id,
      reference: { not: null },
      status: { in: ['COMPLETED', 'REVERSED'] },
      OR: sides,
    },
    orderBy: { createdAt: 'desc' },
    take: LATEST,
  });
  if (ended.length === 0) return;
  const listed = await readListed(deps, wallet.id, async () => {
    const { items } = await history.list(call, { pageSize: LATEST, statuses: ['COMPLETED', 'DECLINED', 'REVERSED'] });
    return items;
  });
  const said = new Map(listed.map((payment) => [payment.reference, payment]));
  for (const payment of ended) {
    const now = said.get(payment.reference ?? '');
    if (now && isTurned(payment, now)) await turn(deps, payment, now);
  }
}

/** An owner's token may not reach as far as the history; then it explains nothing. */
async function readListed(
  { log }: Pick<Deps, 'log'>,
  walletId: string,
  read: () => Promise<ProviderPayment[]>,
): Promise<ProviderPayment[]> {
  try {
    return await readUpstream(read);
  } catch (error) {
    if (error instanceof ProviderUnavailableError || !(error instanceof DomainError)) throw error;
    log.info({ walletId, code: error.code }, 'the history of a wallet may not be read');
    return [];
  }
}

/** Does the provider say the opposite of what was booked last? */
function isTurned({ status, amountMinor, currency }: Payment, said: ProviderPayment): boolean {
  if (said.amount.minor !== amountMinor || said.amount.currency !== currency) return false;
  return (said.status === 'COMPLETED') === (status === 'REVERSED') && said.status !== 'UNKNOWN';
}

async function turn(
  { db, vault, clock, log }: Pick<Deps, 'db' | 'vault' | 'clock' | 'log'>,
  asked: Payment,
  said: ProviderPayment,
): Promise<void> {
  const now = clock.now();
  try {
    await transaction(db, async (tx) => {
      await tx.$executeRaw`SELECT 1 FROM payment WHERE id = ${asked.id} FOR UPDATE`;
      const payment = await tx.payment.findUniqueOrThrow({ where: { id: asked.id } });
      await learn(tx, payment, openOrder(vault, payment), { said, source: 'POLL', askedAt: asked.version }, now);
    });
  } catch (error) {
    // its notification came meanwhile
    if (!(error instanceof StaleAnswerError)) throw error;
    log.info({ paymentId: asked.id }, 'a payment moved on while the history was read');
  }
}
