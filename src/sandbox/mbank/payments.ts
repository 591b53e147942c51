import { notFound, refuse, unprocessable } from './errors.ts';
import { type Answer, type Call, localeOf, type Operation } from './http.ts';
import { openPage } from './ipsp.ts';
import type { Card, Payment } from './model.ts';
import { rubles } from './money.ts';
import { cardFor, createPayment, ownerOf, price } from './payment-create.ts';
import { settle, start } from './payment-engine.ts';
import { readStepParameters } from './payment-parameters.ts';
import { nextAction, paymentMeta, paymentView, type View } from './payment-views.ts';
import { whole } from './services.ts';
import { walletOf } from './wallet.ts';
import type { World } from './world.ts';

/** A payment that the caller may see: its payer, its receiver once it is completed, or its application. */
function seen(world: World, call: Call): Payment {
  const payment = world.payments.get(Number.parseInt(call.params['id'] ?? '', 10));
  const { owner } = ownerOf(call.caller);
  const received = payment?.processedAt !== undefined && payment.destination?.phone === owner;
  return payment !== undefined && (payment.owner === owner || received) ? payment : notFound();
}

function owned(world: World, call: Call): Payment {
  const payment = seen(world, call);
  return payment.owner === ownerOf(call.caller).owner ? payment : notFound();
}

function answer(payment: Payment, call: Call, form: View['form']): Answer {
  const viewer = ownerOf(call.caller).owner;
  return {
    meta: paymentMeta(payment, call.dialect),
    data: paymentView(payment, { form, dialect: call.dialect, viewer }),
  };
}

/** A multi-step payment goes one step on; with the last one the price is known. */
function takeStep(payment: Payment): void {
  payment.step += 1;
  const { service } = payment;
  if (service !== undefined && payment.step >= service.steps.length) payment.total = price(service, payment.amount);
}

/** `payments.get`: asking for a payment whose server side waits for the provider (`get`) moves it on. */
function get(world: World, call: Call): Answer {
  const payment = seen(world, call);
  if (payment.status === 'created' && nextAction(payment) === 'get') takeStep(payment);
  return answer(payment, call, 'value');
}

/** `payments.update`: the parameters that a multi-step payment has asked for. */
function update(world: World, call: Call): Answer {
  const payment = owned(world, call);
  if (payment.status !== 'created') refuse('invalid_payment_status');
  if (nextAction(payment) !== 'update') refuse('invalid_next_action');
  readStepParameters(payment, call.body['parameters']);
  takeStep(payment);
  return answer(payment, call, 'value');
}

const isUrl = (value: unknown): value is string => typeof value === 'string' && URL.canParse(value);

/** The return addresses and the frame flag of a pay or card request. @throws Refusal 422 */
export function pageOptions(body: Call['body']): { successUrl?: string; failureUrl?: string; iframe?: boolean } {
  const { card_success_url: success, card_failure_url: failure, iframe } = body;
  if (success !== undefined && !isUrl(success)) unprocessable();
  if (failure !== undefined && !isUrl(failure)) unprocessable();
  if (iframe !== undefined && typeof iframe !== 'boolean') unprocessable();
  return {
    ...(isUrl(success) ? { successUrl: success } : {}),
    ...(isUrl(failure) ? { failureUrl: failure } : {}),
    ...(typeof iframe === 'boolean' ? { iframe } : {}),
  };
}

/** Section 3.6: the card of an `out` payment whose payer changes his mind and pays it as `inout`. */
function deferredCard(world: World, payment: Payment, body: Call['body']): Card | undefined {
  if (body['type'] === undefined) {
    if (body['card'] !== undefined || body['store_card'] !== undefined) unprocessable();
    return undefined;
  }
  if (body['type'] !== 'inout' || payment.type !== 'out') return unprocessable();
  return cardFor(world, payment, body);
}

/** Refuses a card that cannot be charged, and a new one when the wallet keeps as many as it may (trap T-56). */
function checkCard(world: World, { wallet }: Payment, card: Card | undefined): void {
  if (card === undefined) return;
  if (card.state !== 'created' && card.state !== 'active') refuse('card_not_active');
  if (card.id === undefined || card.state !== 'created' || wallet === undefined) return;
  if (activeCards(world, wallet.phone) >= wallet.limits.cards) refuse('active_cards_limit_exceeded');
}

/** The number of cards that a wallet has stored. */
export function activeCards(world: World, phone: string): number {
  return [...world.cards.values()].filter(({ owner, state }) => owner === phone && state === 'active').length;
}

/** `payments.pay` (section 3.1): starts the execution; a card that is not known yet sends the payer to IPSP. */
function pay(world: World, call: Call): Answer {
  const { body } = call;
  const payment = owned(world, call);
  if (payment.status !== 'created') refuse('invalid_payment_status');
  if (nextAction(payment) !== 'pay') refuse('invalid_next_action');
  const options = pageOptions(body);
  const deferred = deferredCard(world, payment, body);
  const card = deferred ?? payment.card;
  checkCard(world, payment, card);
  if (deferred !== undefined) {
    payment.type = 'inout';
    payment.card = deferred;
    if (deferred.id !== undefined) world.cards.set(deferred.id, deferred);
  }
  start(payment);
  const form = deferred === undefined ? 'value' : 'descriptor';
  if (card?.state === 'created') {
    openPage(world, { card, payment, amount: payment.total ?? payment.amount, ...options });
    return answer(payment, call, form);
  }
  return { ...answer(payment, call, form), after: () => settle(world, payment) };
}

const STATUSES = ['processing', 'completed', 'declined'];

/** `payments.list` (section 2.6): newest first; what it returns counts as seen from then on. */
function list(world: World, call: Call): Answer {
  const wallet = walletOf(call);
  const { type, status, page, size } = call.query;
  const types = type?.split(',');
  const statuses = status?.split(',') ?? STATUSES;
  const order = ({ processedAt, createdAt }: Payment) => (processedAt ?? createdAt).getTime();
  const found = (world.history.get(wallet.phone) ?? [])
    .filter((payment) => statuses.includes(payment.status) && (types?.includes(payment.type) ?? true))
    .sort((one, other) => order(other) - order(one) || other.id - one.id);
  const perPage = whole(size, 35, 1);
  const start = whole(page, 0, 0) * perPage;
  const shown = found.slice(start, start + perPage);
  const base = { form: 'value', dialect: call.dialect, viewer: wallet.phone } as const;
  return {
    meta: { page: { total_elements: found.length } },
    data: shown.map((payment) => paymentView(payment, { ...base, history: { unseen: wallet.unseen.has(payment) } })),
    after: () => {
      for (const payment of shown) wallet.unseen.delete(payment);
    },
  };
}

/** `payments.bill`: mails a receipt of an anonymous payment. */
function bill(world: World, call: Call): Answer {
  const { id, email } = call.body;
  if (typeof email !== 'string' || !/^[^@\s]+@[^@\s]+$/.test(email)) return unprocessable();
  const payment = typeof id === 'number' ? world.payments.get(id) : unprocessable();
  if (payment?.owner !== ownerOf(call.caller).owner) return notFound();
  const locale = call.headers['accept-language'] === undefined ? 'ru_RU' : localeOf(call.headers);
  world.mails.push({ to: email, about: 'receipt', locale, paymentId: payment.id, at: world.clock.now() });
  return {};
}

/** The operation that a creation is, by its body and credentials. */
const createId: Operation['id'] = ({ body, headers }) => {
  if (headers['x-authorization-type']?.toLowerCase() === 'application') return 'payments.create.anonymous';
  return ['out', 'p2p', 'in', 'inout'].includes(String(body['type']))
    ? `payments.create.${body['type']}`
    : 'payments.create';
};

/** Payments but BEST transfers and templates: operations 26 to 36. */
export function paymentOperations(world: World): Operation[] {
  const read = { method: 'GET', scope: 'payments.read' } as const;
  const write = { method: 'POST', scope: 'payments.modify' } as const;
  const one = '/payments/:id(^\\d+$)';
  return [
    { id: createId, path: '/payments', auth: 'payer', ...write, handle: (call) => createPayment(world, call) },
    { id: 'payments.list', path: '/payments', auth: 'wallet', ...read, handle: (call) => list(world, call) },
    { id: 'payments.update', path: one, auth: 'payer', ...write, handle: (call) => update(world, call) },
    { id: 'payments.get', path: one, auth: 'payer', ...read, handle: (call) => get(world, call) },
    { id: 'payments.pay', path: `${one}/pay`, auth: 'payer', ...write, handle: (call) => pay(world, call) },
    {
      id: 'payments.reset_unseen',
      path: '/payments/reset_unseen',
      auth: 'wallet',
      ...read,
      handle(call) {
        walletOf(call).unseen.clear();
        return { data: 'ok' };
      },
    },
    {
      id: 'payments.bill',
      path: '/payments/bill',
      method: 'POST',
      auth: 'application',
      handle: (call) => bill(world, call),
    },
  ];
}

/** What the control API shows of a payment. */
export function paymentState(payment: Payment): Record<string, unknown> {
  const {
    id,
    clientPaymentId,
    owner,
    type,
    amount,
    total = null,
    status,
    declineReason = null,
    charged,
    undone,
  } = payment;
  const money = { amount: rubles(amount).valueOf(), total: total === null ? null : rubles(total).valueOf() };
  const card = payment.card === undefined ? null : { ...payment.card, page: payment.card.page?.url ?? null };
  return { id, clientPaymentId, owner, type, ...money, status, declineReason, charged, undone, card };
}
