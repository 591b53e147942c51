import type { ProviderPayment } from '../../connectors/values.ts';
import { readUpstream } from '../provider/errors.ts';
import { recordMovement } from './record-movement.ts';
import { requestReconciliation } from './request-reconciliation.ts';
import { type MirrorDeps, type Subject, subjectOf } from './subject.ts';

/** What a provider has called about. */
export interface MovementNews {
  walletId: string;
  reference: string;
  direction: 'IN' | 'OUT';
}

/** The provider has called about a movement that it does not show yet: to be asked again. */
export class NotShownYetError extends Error {}

/**
 * Acts on a call about a movement of a wallet whose history is followed: the provider's detail decides, and is booked.
 * @returns false when the wallet's history is not followed: the call is to be handled in another way
 * @throws NotShownYetError, ProviderRejectedError, ProviderUnavailableError: the job is tried again
 */
export async function followNews(deps: MirrorDeps, { walletId, reference, direction }: MovementNews): Promise<boolean> {
  const { prisma } = deps.db;
  const wallet = await prisma.wallet.findUniqueOrThrow({ where: { id: walletId }, include: { accounts: true } });
  const subject = await subjectOf(deps, prisma, wallet);
  if (!subject?.connector.history?.get) return wallet.status === 'CLOSED';
  const said = await detailOf(subject, reference, direction);
  if (!said) throw new NotShownYetError('a provider called about a movement that it does not show yet');
  if (needsOrder(subject, said)) {
    await requestReconciliation(prisma, walletId, deps.clock.now());
    return true;
  }
  const recorded = await recordMovement(deps, subject, said, 'WEBHOOK');
  if (recorded.kind === 'waits') throw new NotShownYetError('the payment of ours that this may be is still unclear');
  if (recorded.kind === 'unreadable')
    deps.log.warn({ walletId, reference, status: said.providerStatus }, 'a movement cannot be booked as it is told');
  return true;
}

/** A movement in detail, as its wallet sees it. */
export const detailOf = (
  { connector, call }: Pick<Subject, 'connector' | 'call'>,
  reference: string,
  direction: 'IN' | 'OUT',
): Promise<ProviderPayment | null> =>
  readUpstream(async () => (await connector.history?.get?.(call, reference, direction)) ?? null);

/**
 * Could this be the second line of a conversion, which moves nothing by itself? Lines are told apart by what came before them, so
 * such a one is left to the reading of the history, which goes from the oldest to the newest.
 */
const needsOrder = ({ wallet, connector }: Subject, { direction, kind, amount }: ProviderPayment): boolean =>
  connector.exchange !== undefined &&
  ((direction === 'OUT' && kind === 'TRANSFER' && amount.currency !== wallet.defaultCurrency) ||
    (direction === 'IN' && kind === 'EXCHANGE'));
