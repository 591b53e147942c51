import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkLimits } from '../limit/consume-limits.ts';
import {
  type Capped,
  checkStatedCaps,
  enforceStatedCaps,
  readStatedCaps,
  type StatedCaps,
} from '../limit/stated-caps.ts';
import { checkTightest } from '../limit/tightest.ts';
import { isMirrored } from '../wallet/at-provider.ts';
import { upstreamAccess } from '../wallet/upstream-access.ts';
import { loadUpstream } from './attempt.ts';
import { payoutUse } from './payout.ts';
import type { PayoutRoute, PayoutWish } from './payout-routes.ts';
import { findPayment, mayAct } from './store.ts';

type CapsDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/**
 * Would a payout pass a cap on this way: one of the identification level, of the wallet's own, or of the provider?
 * @throws LimitExceededError naming the tightest
 */
export async function checkPayoutCaps(
  deps: CapsDeps,
  { wallet, amount }: PayoutWish,
  { route, order }: PayoutRoute,
): Promise<void> {
  const { serviceReference = '', parameters = {} } = order;
  const call = { wallet: upstreamAccess(deps.vault, wallet) };
  const walletId = wallet && isMirrored(wallet) ? wallet.id : null;
  const stated = await readStatedCaps(deps, {
    route,
    call,
    order: { amount, serviceReference, parameters },
    walletId,
  });
  const use = wallet && {
    walletId: wallet.id,
    level: wallet.identificationLevel,
    kind: 'PAYOUT' as const,
    currency: amount.currency,
    amountMinor: amount.minor,
  };
  await checkTightest([
    ...(stated ? [() => checkStatedCaps(stated, amount)] : []),
    ...(use ? [() => checkLimits(deps.db.prisma, [use], deps.clock.now())] : []),
  ]);
}

/** The caps that its provider states for a payment which is about to be confirmed; null where there are none to look at. */
export async function capsOfPayment(
  deps: CapsDeps,
  viewer: TenantViewer,
  paymentId: string,
): Promise<StatedCaps | null> {
  const { prisma } = deps.db;
  const payment = await findPayment(prisma, viewer, paymentId);
  const open = payment?.status === 'CREATED' && mayAct(viewer, payment);
  if (!open || payment.providerAccountId === null || !isOut(payment)) return null;
  const { account, connector, access, handle, order: asked } = await loadUpstream(deps, prisma, payment);
  // what pays an invoice, or buys a card, is counted by the provider alone
  if (asked.member !== 'payouts' && asked.member !== 'transfers') return null;
  // its member of the port has decided what it is
  const order = handle.order as unknown as Capped['order'];
  const route = { account, connector };
  const walletId = access === null ? null : payment.sourceWalletId;
  return readStatedCaps(deps, { route, call: { wallet: access }, order, walletId });
}

const isOut = ({ kind, sourceWalletId }: Payment): boolean =>
  (kind === 'PAYOUT' || kind === 'TRANSFER') && sourceWalletId !== null;

/**
 * Enforces them in the confirming transaction, with the caps here: the tightest is named.
 * @throws LimitExceededError
 */
export async function enforcePaymentCaps(tx: Tx, payment: Payment, stated: StatedCaps, now: Date): Promise<void> {
  const wallet = await tx.wallet.findUniqueOrThrow({ where: { id: payment.sourceWalletId ?? '' } });
  await checkTightest([
    () => enforceStatedCaps(tx, stated, payment),
    () => checkLimits(tx, [payoutUse(payment, wallet.identificationLevel)], now),
  ]);
}
