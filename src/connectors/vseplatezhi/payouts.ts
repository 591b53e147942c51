import type { Call } from '../connector.ts';
import { outcomeOf } from '../outcome.ts';
import type { PaymentCapability, PaymentHandle, PayoutOrder } from '../payments.ts';
import type { Party, ProviderPayment } from '../values.ts';
import { isRefusal, protocol, refusal } from './answer.ts';
import { mapLine, untold, wallet } from './map.ts';
import { amountOut } from './money.ts';
import type { Parts } from './parts.ts';
import { services } from './payees.ts';
import { findLine } from './report.ts';

type Handle = PaymentHandle<PayoutOrder>;

/**
 * PAYOUTS to a merchant (contract 3.3) and to the owner's own account at a bank (contract 3.4).
 *
 * A merchant is paid in two phases: `payment.init` makes an operation and answers its token, under which `payment.execute` pays once at
 * most. A withdrawal has one call and no number, so the first phase sends nothing and our own id stands for it; its call is never
 * repeated: the report tells whether it was made.
 */
export function payoutsCapability(parts: Parts): PaymentCapability<PayoutOrder> {
  return {
    operations: ['payment.init', 'payment.execute', 'withdrawal.banks', 'withdrawal.init', 'account.report'],
    clientIds: 'INCREASING_DIGITS',
    // a spare token is harmless (trap T-05)
    createRepeatable: true,
    confirmRepeatable: false,
    // the report is the only witness of a withdrawal, and may show it late
    absenceProvesAfterMs: 10 * 60_000,
    create: (call, payment) =>
      outcomeOf(async () => {
        const reference = isMerchant(payment) ? await initialised(parts, call) : payment.clientId;
        return created(parts, payment, reference);
      }),
    confirm: (call, payment) =>
      outcomeOf(() => (isMerchant(payment) ? execute(parts, call, payment) : withdraw(parts, call, payment))),
    ask: (call, payment) =>
      isMerchant(payment) ? askPayment(parts, call, payment) : askWithdrawal(parts, call, payment),
  };
}

/** @throws ProviderRejected for an order that payees did not form; nothing is sent */
function isMerchant({ order }: Handle): boolean {
  const { serviceReference, parameters } = order;
  if (serviceReference === services.merchant && parameters['tsp']) return true;
  if (serviceReference === services.withdrawal && parameters['bankIdentifier']) return false;
  throw refusal('payment.init', 'The provider pays merchants by their id, and the owner’s own account at a bank.');
}

const receiverOf = ({ order }: Handle): string => order.parameters['tsp'] ?? '';

async function initialised({ client, transport }: Parts, call: Call): Promise<string> {
  const { walletId, token } = await client.payment.init(call);
  checkWallet('payment.init', walletId, transport.walletIdOf(call, 'payment.init'));
  return token;
}

async function execute(parts: Parts, call: Call, payment: Handle): Promise<ProviderPayment> {
  const operation = 'payment.execute';
  const { client, transport, clock } = parts;
  const { reference: token, order } = payment;
  if (token === null) throw refusal(operation, 'The payment was not initialised.');
  const amount = amountOut(operation, order.amount);
  try {
    const answer = await client.payment.execute(call, { token, amount, tsp: receiverOf(payment) });
    checkWallet(operation, answer.walletId, transport.walletIdOf(call, operation));
    if (!sameId(answer.token, token)) throw protocol(operation, 'ECHO_MISMATCH', 'the answer is about another payment');
  } catch (error) {
    if (!isRefusal(error, (_status, code) => code === 'OPERATION_TOKEN_USED')) throw error;
    // no refusal of this payment: it may be the echo of a call whose answer was lost (contract 3.3)
    const proven = await askPayment(parts, call, payment);
    if (proven?.status === 'COMPLETED') return proven;
    throw protocol(operation, 'UNMAPPED_STATUS', 'the token was used, but the report does not show for what');
  }
  return executed(created(parts, payment, token), 'PAYMENT', clock.now());
}

async function withdraw(parts: Parts, call: Call, payment: Handle): Promise<ProviderPayment> {
  const operation = 'withdrawal.init';
  const { client, transport, clock } = parts;
  const { clientId, order } = payment;
  const bankIdentifier = order.parameters['bankIdentifier'] ?? '';
  const answer = await client.withdrawal.init(call, { bankIdentifier, amount: amountOut(operation, order.amount) });
  if (answer.walletId != null) checkWallet(operation, answer.walletId, transport.walletIdOf(call, operation));
  if (answer.amount && answer.amount.minor !== order.amount.minor)
    throw protocol(operation, 'ECHO_MISMATCH', 'the answer speaks of another amount');
  return executed(created(parts, payment, clientId), 'DEBIT', clock.now());
}

/** A merchant's payment by its line. Without one its token is unused, and may be executed (again). */
async function askPayment(parts: Parts, call: Call, payment: Handle): Promise<ProviderPayment | null> {
  const { clientId, reference, order, others } = payment;
  if (reference === null) return null;
  const sought = { clientId, amount: order.amount, type: 'PAYMENT', receiver: receiverOf(payment), others };
  const line = await findLine(parts, call, sought);
  return line ? { ...mapLine(line), reference, clientId } : created(parts, payment, reference);
}

async function askWithdrawal(parts: Parts, call: Call, payment: Handle): Promise<ProviderPayment | null> {
  const { clientId, order, others } = payment;
  const line = await findLine(parts, call, { clientId, amount: order.amount, type: 'DEBIT', others });
  return line && { ...mapLine(line), reference: clientId, clientId, destination: destinationOf(payment) };
}

/** A payment that nothing has happened to yet. No fee is documented. */
const created = ({ clock }: Parts, payment: Handle, reference: string): ProviderPayment => ({
  ...untold,
  reference,
  clientId: payment.clientId,
  kind: 'PAYOUT',
  status: 'CREATED',
  providerStatus: isMerchant(payment) ? 'INITIALISED' : 'NOT_SENT',
  amount: payment.order.amount,
  total: payment.order.amount,
  fee: { ...payment.order.amount, minor: 0n },
  nextAction: { kind: 'CONFIRM' },
  source: wallet,
  destination: destinationOf(payment),
  direction: 'OUT',
  fundingSource: 'BALANCE',
  note: payment.order.note ?? null,
  createdAt: clock.now(),
});

/** The same after its call. @param type under which the report will have it */
const executed = (payment: ProviderPayment, type: 'PAYMENT' | 'DEBIT', completedAt: Date): ProviderPayment => ({
  ...payment,
  status: 'COMPLETED',
  providerStatus: type,
  nextAction: null,
  completedAt,
});

function destinationOf(payment: Handle): Party {
  const { tsp, bankIdentifier } = payment.order.parameters;
  return tsp
    ? { kind: 'MERCHANT', reference: tsp, name: tsp, logoUrl: null }
    : { kind: 'EXTERNAL', description: bankIdentifier ?? '' };
}

/** UUIDs are the same in capitals. */
const sameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function checkWallet(operation: string, told: string, own: string): void {
  if (!sameId(told, own)) throw protocol(operation, 'ECHO_MISMATCH', 'the answer is about another wallet');
}
