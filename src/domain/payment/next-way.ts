import type { DeclineReason, Refusal } from '../../connectors/outcome.ts';
import { isHealthy } from '../../connectors/routing.ts';
import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment, PaymentAttempt, ProviderAccount } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import type { ErrorCode } from '../../errors.ts';
import type { NewEvent } from '../../events/event.ts';
import { walletBalances } from '../../ledger/balance.ts';
import { payoutHeld, payoutVoided } from '../../ledger/entries.ts';
import { openHolds } from '../../ledger/holds.ts';
import { present } from '../../lib/assert.ts';
import { sealKept } from '../mirror/parties.ts';
import { healthOfRoute, type Route } from '../provider/route.ts';
import { connectorOf } from '../provider/store.ts';
import { newAttempt } from './attempt.ts';
import { type OtherWay, openOrder, payeeMaskOf, sealOrder } from './order.ts';
import { balanceEvents, postPayments } from './post-payment.ts';
import { resume, touch } from './progress.ts';
import { save } from './store.ts';

/** What a refusal says of the wallet that pays. Where that is the house wallet, it is the route's business, not the payer's. */
const aboutPayingWallet: readonly ErrorCode[] = [
  'INSUFFICIENT_FUNDS',
  'LIMIT_EXCEEDED',
  'WALLET_STATE',
  'IDENTIFICATION_REQUIRED',
];

const aboutHouse: readonly (DeclineReason | null)[] = [
  'INSUFFICIENT_FUNDS',
  'LIMIT_EXCEEDED',
  'IDENTIFICATION_REQUIRED',
];

/**
 * May another provider still carry a payment that was refused like this? Only payments out of LOCAL wallets have other ways, and
 * they pay through house wallets.
 */
export const blamesRoute = ({ blame, errorCode }: Refusal): boolean =>
  blame === 'PROVIDER' || aboutPayingWallet.includes(errorCode);

/** The same of a decline that the provider tells of later. */
export const declineBlamesRoute = ({ status, blame, declineReason }: ProviderPayment): boolean =>
  status === 'DECLINED' && (blame === 'PROVIDER' || aboutHouse.includes(declineReason));

/**
 * Moves a payment to the cheapest of its other ways that can be taken now: a new attempt is written, and what is held for the
 * payment is held for the new account. Of the try before it is proven that nothing moved. Nothing is sent here.
 * @param payment its row, locked; CREATED or PROCESSING
 * @param last the try that is given up
 * @returns the payment as it stands; null when there is no such way. One that was confirmed takes no way that is dearer than what
 *   was agreed to
 * @throws InsufficientFundsError when the wallet has not what the next way costs more
 */
export async function takeNextWay(
  deps: Pick<Deps, 'vault' | 'connectors'>,
  tx: Tx,
  payment: Payment,
  last: PaymentAttempt,
  now: Date,
): Promise<Payment | null> {
  if (payment.orderSealed === null) return null;
  const { ways = [], choice, maxFee } = openOrder(deps.vault, payment);
  const most = payment.status === 'PROCESSING' ? await payableFee(tx, payment, maxFee) : null;
  const found = await firstUsable(deps, tx, ways, most);
  if (!found) return null;
  const { way, account, left } = found;
  const order = { ...way.order, choice, ways: left, ...(maxFee === undefined ? {} : { maxFee }) };
  const { id, status } = payment;
  const changes = {
    provider: account.provider,
    providerAccountId: account.id,
    reference: null,
    feeMinor: BigInt(way.fee),
    // until it is created or priced there; what was confirmed has its price
    priced: status === 'PROCESSING',
    serviceId: way.serviceId,
    partiesSealed:
      way.shown && sealKept(deps.vault, id, { source: { kind: 'WALLET', phone: null }, destination: way.shown }),
    orderSealed: sealOrder(deps.vault, id, order),
    payeeMask: payeeMaskOf(order),
    upstreamAction: null,
    title: null,
    subtitle: null,
    description: null,
  } satisfies Partial<Payment>;
  const moved = touch(resume(payment), changes, now);
  await tx.paymentAttempt.update({ where: { id: last.id }, data: { outcome: 'REJECTED', finishedAt: now } });
  const row = { payment: moved.payment, account, order };
  const attempt = await newAttempt(deps, tx, row, now, last.number + 1);
  await tx.paymentAttempt.create({ data: attempt });
  const held = status === 'PROCESSING' && moved.payment.kind !== 'TRANSIT';
  const events = held ? await holdAnew(tx, moved.payment, attempt, now) : [];
  return present((await save(tx, [moved], events, now))[0], 'the payment');
}

/** The most that the payer has agreed to be charged on top, minor units: what the payment was confirmed at, or more. */
export const agreedFee = ({ feeMinor }: Payment, maxFee: string | undefined): bigint =>
  maxFee !== undefined && BigInt(maxFee) > feeMinor ? BigInt(maxFee) : feeMinor;

/** The same, as far as the wallet has the money. */
async function payableFee(tx: Tx, payment: Payment, maxFee: string | undefined): Promise<bigint> {
  const agreed = agreedFee(payment, maxFee);
  if (agreed === payment.feeMinor) return agreed;
  const walletId = present(payment.sourceWalletId, 'the paying wallet');
  const balances = (await walletBalances(tx, [walletId])).get(walletId) ?? [];
  const available = balances.find(({ currency }) => currency === payment.currency)?.available ?? 0n;
  const payable = payment.feeMinor + (available > 0n ? available : 0n);
  return payable < agreed ? payable : agreed;
}

interface Usable {
  way: OtherWay;
  account: ProviderAccount;
  /** What is dearer still. */
  left: OtherWay[];
}

async function firstUsable(
  deps: Pick<Deps, 'vault' | 'connectors'>,
  tx: Tx,
  ways: readonly OtherWay[],
  most: bigint | null,
): Promise<Usable | null> {
  for (const [index, way] of ways.entries()) {
    if (most !== null && BigInt(way.fee) > most) continue;
    const account = await tx.providerAccount.findFirst({ where: { id: way.accountId, disabledAt: null } });
    if (account && isUsable(deps, { account, connector: connectorOf(deps, account) }))
      return { way, account, left: ways.slice(index + 1) };
  }
  return null;
}

const isUsable = (deps: Pick<Deps, 'vault' | 'connectors'>, route: Route): boolean =>
  route.connector.payouts !== undefined && isHealthy(healthOfRoute(deps, route.connector, 'PAYOUTS'));

/** What was held for one account is held for another. The attempt's id tells these entries from those of the confirmation. */
async function holdAnew(tx: Tx, payment: Payment, { id: reference }: PaymentAttempt, now: Date): Promise<NewEvent[]> {
  const { id: paymentId, partnerId, currency, amountMinor, feeMinor, providerAccountId, sourceCustomerId } = payment;
  const walletId = present(payment.sourceWalletId, 'the paying wallet');
  const holds = await openHolds(tx, paymentId);
  const about = { partnerId, currency, reference, paymentId, occurredAt: now };
  const amount = amountMinor + feeMinor;
  const payer = { partnerId, walletId, customerId: sourceCustomerId, currency };
  const posted = await postPayments(tx, [
    { draft: payoutVoided({ ...about, holds }), payer, required: 0n },
    { draft: payoutHeld({ ...about, amount, fee: 0n, walletId, providerAccountId }), payer, required: amount },
  ]);
  return balanceEvents([payer], posted, paymentId, now);
}
