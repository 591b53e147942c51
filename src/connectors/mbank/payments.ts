import { assert } from '../../lib/assert.ts';
import type { Call } from '../connector.ts';
import { jsonNumber } from '../json.ts';
import { type Outcome, outcomeOf, type ProviderRejected } from '../outcome.ts';
import type {
  CardChoice,
  ConfirmChoice,
  ParameterValues,
  PaymentCapability,
  PaymentHandle,
  PayoutOrder,
  TopUpOrder,
  TransferOrder,
  TransitOrder,
} from '../payments.ts';
import type { ProviderPayment } from '../values.ts';
import { type Answer, protocol, refusal } from './answer.ts';
import type { Payer } from './client-payments.ts';
import { findByClientId } from './history.ts';
import { mapPayment, rublesOut } from './map.ts';
import { isRefusal, orNull, type Parts, viewerOf, watched } from './parts.ts';
import type { WireType } from './status.ts';
import type { WirePayment } from './wire.ts';

type Order = TopUpOrder | TransferOrder | PayoutOrder | TransitOrder;

/** What is particular to one type of payment (contract 2.6). */
interface Kind<O extends Order> {
  type: WireType;
  /** The documented operation behind `create`, and who pays. */
  route(order: O): { operation: string; payer: Payer };
  /** The fields of the create body beside type, id and amount. */
  fields(order: O): Record<string, unknown>;
  /** Does the answer speak of the destination that was asked for? */
  echoes(order: O, answer: WirePayment): boolean;
}

const cardFields = ({ cardReference, saveCard }: CardChoice) =>
  cardReference === undefined ? { store_card: saveCard || undefined } : { card: jsonNumber(cardReference) };
const serviceFields = (order: PayoutOrder) => ({
  service: jsonNumber(order.serviceReference),
  parameters: order.parameters,
});
const sameService = (order: PayoutOrder, answer: WirePayment) => answer.service?.id === order.serviceReference;
const byWallet = (operation: string) => () => ({ operation, payer: 'WALLET' as const });

/** TOP_UPS, TRANSFERS, PAYOUTS and TRANSITS: one life, four types of payment (contract 3.1 to 3.7). */
export function paymentCapabilities(parts: Parts) {
  const topUps: Kind<TopUpOrder> = {
    type: 'in',
    route: byWallet('payments.create.in'),
    fields: cardFields,
    echoes: () => true,
  };
  const transfers: Kind<TransferOrder> = {
    type: 'p2p',
    route: byWallet('payments.create.p2p'),
    fields: ({ recipientPhone, note }) => ({ destination: recipientPhone, message: note }),
    echoes: (order, answer) => answer.destination?.phone === order.recipientPhone,
  };
  const payouts: Kind<PayoutOrder> = {
    type: 'out',
    route: byWallet('payments.create.out'),
    fields: serviceFields,
    echoes: sameService,
  };
  const application: Payer = parts.config.applicationApi ? 'APPLICATION_API' : 'APPLICATION';
  const transits: Kind<TransitOrder> = {
    type: 'inout',
    route: ({ anonymous }) =>
      anonymous
        ? { operation: 'payments.create.anonymous', payer: application }
        : { operation: 'payments.create.inout', payer: 'WALLET' },
    fields: (order) => ({ ...serviceFields(order), ...cardFields(order) }),
    echoes: sameService,
  };
  const common = ['payments.pay', 'payments.get'];
  const core = ['create', 'update', 'pay', 'load'].map((name) => `mserver.application.${name}`);
  return {
    topUps: capability(topUps, parts, ['payments.create.in', ...common]),
    transfers: capability(transfers, parts, ['payments.create.p2p', ...common]),
    payouts: capability(payouts, parts, ['payments.create.out', 'payments.update', ...common]),
    transits: capability(transits, parts, [
      'payments.create.inout',
      'payments.create.anonymous',
      'payments.update',
      ...common,
      ...(parts.config.applicationApi ? core : []),
    ]),
  };
}

function capability<O extends Order>(kind: Kind<O>, parts: Parts, operations: string[]): PaymentCapability<O> {
  const { payments } = parts.client;
  const { log } = parts;
  const state = (call: Call, answer: Answer<WirePayment>) =>
    watched(log, mapPayment(answer.data, answer.meta, viewerOf(call, parts.config)));
  const load = async (call: Call, payer: Payer, reference: string) => {
    const answer = await orNull(payments.get(call, payer, reference));
    return answer && state(call, answer);
  };
  return {
    operations,
    createRepeatable: true,
    confirmRepeatable: false,

    create: (call, payment) =>
      outcomeOf(async () => {
        const { operation, payer } = kind.route(payment.order);
        const answer = await payments.create(call, payer, operation, {
          type: kind.type,
          // the provider dedupes on lower-case UUIDs only (trap T-62)
          client_payment_id: payment.clientId.toLowerCase(),
          amount: rublesOut(payment.order.amount),
          ...kind.fields(payment.order),
        });
        if (!isEcho(kind, payment, answer.data)) throw conflict(operation);
        return known(operation, state(call, answer));
      }),

    update: (call, payment, parameters) => update({ kind, parts, load, state }, call, payment, parameters),

    confirm: (call, payment, choice) => confirm({ kind, parts, load, state }, call, payment, choice),

    async ask(call, payment) {
      const { payer } = kind.route(payment.order);
      if (payment.reference === null && payer !== 'WALLET') throw unaskable();
      const found =
        payment.reference === null
          ? await findByClientId(parts, call, payment.clientId)
          : await load(call, payer, payment.reference);
      return found && sameAmount('payments.get', payment, found);
    },
  };
}

interface Acting<O extends Order> {
  kind: Kind<O>;
  parts: Parts;
  load(call: Call, payer: Payer, reference: string): Promise<ProviderPayment | null>;
  state(call: Call, answer: Answer<WirePayment>): ProviderPayment;
}

/** Codes of a step that is not due, or is due with other parameters: so answers mbank what it has taken already. */
const notAsked = new Set(['invalid_next_action', 'invalid_payment_status', 'invalid_payment_parameters']);

/**
 * `payments.update`, once. A refusal may be the echo of an earlier update whose answer was lost (nothing tells the two apart), so
 * the payment is read: what holds all these values has taken them.
 */
function update<O extends Order>(
  { kind, parts, load, state }: Acting<O>,
  call: Call,
  payment: PaymentHandle<O> & { reference: string },
  parameters: ParameterValues,
): Promise<Outcome<ProviderPayment>> {
  const { payer } = kind.route(payment.order);
  return outcomeOf(async () => {
    try {
      const answer = await parts.client.payments.update(call, payer, payment.reference, { parameters });
      return known('payments.update', sameAmount('payments.update', payment, state(call, answer)));
    } catch (error) {
      if (!isRefusal(error, (_status, code) => notAsked.has(code ?? ''))) throw error;
      const now = await load(call, payer, payment.reference);
      if (!now || !holds(now, parameters)) throw error;
      return known('payments.get', sameAmount('payments.get', payment, now));
    }
  });
}

/** mbank shows a Russian phone without its +7 (trap T-16). */
const bare = (value: string): string => value.replace(/^\+7(?=\d{10}$)/, '');

const holds = ({ parameters }: ProviderPayment, sent: ParameterValues): boolean =>
  Object.entries(sent).every(([id, value]) =>
    parameters.some((parameter) => parameter.id === id && bare(parameter.value) === bare(value)),
  );

/** Codes that say nothing about the outcome: the payment has left the state in which it can be paid, or never reached it. */
const notPayable = new Set(['invalid_payment_status', 'invalid_next_action']);

/**
 * `payments.pay`, once. "Not in that state" may be the echo of an earlier pay whose answer was lost, so the payment is
 * read: it is refused only when it still stands where it stood (contract 3.2).
 */
function confirm<O extends Order>(
  { kind, parts, load, state }: Acting<O>,
  call: Call,
  payment: PaymentHandle<O>,
  choice: ConfirmChoice,
): Promise<Outcome<ProviderPayment>> {
  const { reference } = payment;
  assert(reference !== null, 'mbank confirms a payment by the number that create has told');
  const { payer } = kind.route(payment.order);
  return outcomeOf(async () => {
    try {
      const answer = await parts.client.payments.pay(call, payer, reference, {
        ...(choice.payWith ? { type: 'inout', ...cardFields(choice.payWith) } : {}),
        card_success_url: choice.returnUrl,
        card_failure_url: choice.failureUrl,
        iframe: choice.embedded || undefined,
      });
      const now = state(call, answer);
      if (now.reference !== reference) throw mismatch('payments.pay', 'the answer is about another payment');
      if (choice.payWith && now.kind !== 'TRANSIT') throw mismatch('payments.pay', 'a card was to pay, and did not');
      return known('payments.pay', sameAmount('payments.pay', payment, now));
    } catch (error) {
      if (!isRefusal(error, (_status, code) => notPayable.has(code ?? ''))) throw error;
      const now = await load(call, payer, reference);
      if (!now || now.status === 'CREATED') throw error;
      return known('payments.get', sameAmount('payments.get', payment, now));
    }
  });
}

/** Contract 3.2, last line: an answer to a repeated id is compared with what was asked for. */
function isEcho<O extends Order>(kind: Kind<O>, payment: PaymentHandle<O>, answer: WirePayment): boolean {
  return (
    answer.client_payment_id.toLowerCase() === payment.clientId.toLowerCase() &&
    // created as `out`, a payment may have become `inout` since (3.6)
    (answer.type === kind.type || (kind.type === 'out' && answer.type === 'inout')) &&
    isSame(answer.amount, payment.order.amount) &&
    kind.echoes(payment.order, answer)
  );
}

const isSame = (a: ProviderPayment['amount'], b: ProviderPayment['amount']): boolean =>
  a.minor === b.minor && a.currency === b.currency;

/** Nothing moves at creation, so another payment under our id is a refusal: it will not be confirmed. */
const conflict = (operation: string): ProviderRejected =>
  refusal(operation, {
    errorCode: 'CONFLICT',
    providerMessage: 'The provider has another payment under this id.',
    remedy: 'NONE',
  });

/** An application has no history to search: its payment is found by creating it again under the same id (3.2). */
const unaskable = (): ProviderRejected =>
  refusal('payments.get', {
    errorCode: 'NOT_SUPPORTED',
    providerMessage: 'An anonymous payment without a number can only be created again under its id.',
    remedy: 'NONE',
  });

const mismatch = (operation: string, what: string) => protocol(operation, 'ECHO_MISMATCH', what);

function sameAmount(operation: string, payment: PaymentHandle<Order>, now: ProviderPayment): ProviderPayment {
  if (isSame(now.amount, payment.order.amount)) return now;
  throw mismatch(operation, 'the answer speaks of another amount or currency');
}

/** A status in no table proves nothing: the write is unclear. */
function known(operation: string, payment: ProviderPayment): ProviderPayment {
  if (payment.status !== 'UNKNOWN') return payment;
  throw protocol(
    operation,
    'UNMAPPED_STATUS',
    `payment status "${payment.providerStatus.slice(0, 40)}" is not documented`,
  );
}
