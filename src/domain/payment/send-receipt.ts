import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError, NotSupportedError, StateError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { acceptedValue } from '../provider/errors.ts';
import { openOrder, sealOrder } from './order.ts';
import { reachPayment } from './reach-payment.ts';
import { findPayment, mayAct } from './store.ts';

type ReceiptDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'log'>;

/**
 * Has the provider mail the receipt that was asked for when the payment was made (mbank contract, payments.bill).
 * Nothing tells a second mail from the first: after an unclear answer none is sent unless receiptSend asks for it.
 * @throws ProviderRejectedError, ProviderUnavailableError when none was sent: the job is tried again
 */
export async function sendReceipt(deps: ReceiptDeps, paymentId: string): Promise<void> {
  const payment = await deps.db.prisma.payment.findUniqueOrThrow({ where: { id: paymentId } });
  const { member, anonymous = false, receiptEmail } = openOrder(deps.vault, payment);
  if (!receiptEmail) return;
  const keep = (orderSealed: Payment['orderSealed']) =>
    deps.db.prisma.payment.update({ where: { id: paymentId }, data: { orderSealed } });
  // the payment has ended: of its order only the address is still needed, and that until the mail is sent
  await keep(sealOrder(deps.vault, paymentId, { member, anonymous, receiptEmail, choice: {} }));
  const { outcome, provider } = await mail(deps, payment, receiptEmail, 'ru-RU');
  if (outcome.kind === 'unknown')
    deps.log.warn({ paymentId, why: outcome.why }, 'a provider left it unclear whether it has mailed a receipt');
  else acceptedValue(outcome, provider);
  await keep(null);
}

/**
 * Mails the receipt of a completed payment now.
 * @param locale BCP 47 tag of the mail's language
 * @throws NotFoundError, StateError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function requestReceipt(
  deps: ReceiptDeps,
  viewer: TenantViewer,
  { paymentId, email, locale }: { paymentId: string; email: string; locale: string },
): Promise<Payment> {
  const payment = await findPayment(deps.db.prisma, viewer, paymentId);
  if (!payment || !mayAct(viewer, payment)) throw new NotFoundError('The payment');
  if (payment.status !== 'COMPLETED') {
    throw new StateError(
      'PAYMENT_STATE',
      payment.status,
      ['COMPLETED'],
      `The payment is ${payment.status}; a receipt is made when it is COMPLETED.`,
    );
  }
  if (payment.providerAccountId === null)
    throw new NotSupportedError('LOCAL', 'RECEIPTS', 'Payments on the ledger here have no mailed receipt.');
  const { outcome, provider } = await mail(deps, payment, email, locale);
  acceptedValue(outcome, provider);
  return payment;
}

async function mail(deps: ReceiptDeps, payment: Payment, email: string, locale: string) {
  const reached = await reachPayment(deps, deps.db.prisma, payment, 'MAKER');
  const send = reached?.connector.receipts?.send;
  if (!reached || !send) throw new NotSupportedError(payment.provider, 'RECEIPTS', 'This provider mails no receipts.');
  const { account, call, reference, direction } = reached;
  const outcome = await send(call, { reference, email, locale, ...(direction ? { direction } : {}) });
  return { outcome, provider: account.provider };
}
