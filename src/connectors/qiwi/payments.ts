import type { Call } from '../connector.ts';
import type { PaymentCapability, PaymentHandle, PayoutOrder, TransferOrder } from '../payments.ts';
import { protocol, unfit } from './answer.ts';
import { elementOf } from './client-payments.ts';
import { bareNumber } from './config.ts';
import { onePhase, paymentBody } from './one-phase.ts';
import { beforehand, type Parts } from './parts.ts';
import { services } from './status.ts';
import type { WirePaymentInfo } from './wire-payments.ts';

/** TRANSFERS: PAY-4. */
export function transfersCapability(parts: Parts): PaymentCapability<TransferOrder> {
  const { pay } = parts.client.payments;
  return onePhase<TransferOrder>(
    {
      kind: 'TRANSFER',
      operations: ['PAY-4'],
      operation: () => 'PAY-4',
      send: async (call, payment) => {
        const { amount, recipientPhone } = payment.order;
        if (amount.currency !== 'RUB') throw unfit('PAY-4', 'Transfers to another wallet are made in RUB.');
        const account = `+${bareNumber(recipientPhone)}`;
        return pay(call, 'PAY-4', services.transfer, paymentBody(payment, { account }));
      },
      destination: ({ recipientPhone }) => ({ kind: 'WALLET', phone: `+${bareNumber(recipientPhone)}` }),
    },
    parts,
  );
}

/** PAYOUTS: PAY-7, PAY-10 to PAY-17, and what is bought for the wallet itself (MST-1, MST-4). */
export function payoutsCapability(parts: Parts): PaymentCapability<PayoutOrder> {
  const { pay } = parts.client.payments;
  return onePhase<PayoutOrder>(
    {
      kind: 'PAYOUT',
      operations: ['PAY-7', 'PAY-10', 'PAY-11', 'PAY-12', 'PAY-13', 'PAY-14', 'PAY-15', 'PAY-16', 'PAY-17'],
      operation: operationOf,
      send: async (call, payment) => {
        const { order } = payment;
        const operation = operationOf(order);
        const currency = operation === 'PAY-13' ? 'KZT' : 'RUB';
        if (order.amount.currency !== currency)
          throw unfit(operation, `Service ${order.serviceReference} is paid in ${currency}.`);
        if (order.fromCurrency !== undefined && order.fromCurrency !== currency)
          throw unfit(operation, `Service ${order.serviceReference} is paid from the balance in ${currency}.`);
        return operation === 'PAY-13'
          ? payKazakhCard(parts, call, payment)
          : pay(call, operation, order.serviceReference, paymentBody(payment, order.parameters));
      },
      destination: ({ serviceReference }) => ({
        kind: 'SERVICE',
        reference: serviceReference,
        name: serviceReference,
        disabled: false,
      }),
    },
    parts,
  );
}

const operationsOfServices: Readonly<Record<string, string>> = {
  [services.transfer]: 'PAY-4',
  [services.foreignVisa]: 'PAY-11',
  [services.foreignMastercard]: 'PAY-11',
  [services.kazakhCard]: 'PAY-13',
  [services.requisites]: 'PAY-17',
  [services.cardPackage]: 'MST-1',
  [services.paidCard]: 'MST-4',
};

/**
 * Which documented operation an order is. Most are the same call to another provider id; where the fields are the same,
 * too (PAY-7, PAY-10, PAY-16), it is only a name, and the account's form decides it.
 */
export function operationOf({ serviceReference, parameters }: PayoutOrder): string {
  const known = operationsOfServices[serviceReference];
  if (known) return known;
  if (parameters['urgent'] !== undefined) return 'PAY-15';
  if (parameters['account_type'] !== undefined) return 'PAY-14';
  const account = parameters['account'] ?? '';
  if (/^\d{10}$/.test(account)) return 'PAY-7';
  return /^\d{13,19}$/.test(account) ? 'PAY-10' : 'PAY-16';
}

/** One line with one space at the page's break (trap T36). */
const KAZAKH_CONSENT = 'Для продолжения оплаты, подтвердите, что являетесь держателем указанного банковского счета.';

/** PAY-13 with the values that PAY-12 has given a moment before. */
async function payKazakhCard(
  { client }: Parts,
  call: Call,
  payment: PaymentHandle<PayoutOrder>,
): Promise<WirePaymentInfo> {
  const cardNumber = payment.order.parameters['cardNumber'] ?? '';
  const prepared = await beforehand(prepare());
  const fields = { cardNumber, version: '2', transferSum: '100', info: KAZAKH_CONSENT, accept: '1', ...prepared };
  return client.payments.payKazakhCard(call, services.kazakhCard, paymentBody(payment, fields, 'KZT'));

  async function prepare() {
    const answer = await client.payees.kazakhCard(call, cardNumber);
    const account = elementOf(answer, 'account');
    const evAccount = elementOf(answer, 'ev_account1');
    if (account && evAccount) return { account, ev_account1: evAccount };
    throw protocol('PAY-12', 'MISSING_FIELD', 'missing or malformed: account, ev_account1');
  }
}
