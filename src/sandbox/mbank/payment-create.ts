import type { Caller } from './auth.ts';
import { refuse, unprocessable } from './errors.ts';
import type { Answer, Call } from './http.ts';
import type { Card, Kopecks, Payment, PaymentType, Service, Wallet } from './model.ts';
import { fee, toKopecks } from './money.ts';
import { checkLimits } from './payment-limits.ts';
import { readParameters } from './payment-parameters.ts';
import { paymentMeta, paymentView } from './payment-views.ts';
import type { World } from './world.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TYPES = ['in', 'out', 'p2p', 'inout'];

/** Who a payment belongs to: a wallet, or the application of an anonymous one. */
export function ownerOf(caller: Caller): { owner: string; wallet?: Wallet } {
  if (caller.kind === 'wallet') return { owner: caller.wallet.phone, wallet: caller.wallet };
  return { owner: `application:${caller.kind === 'application' ? caller.client.id : ''}` };
}

/** `payments.create.*` (section 2.6); at most once per owner and `client_payment_id` (section 3.2). */
export function createPayment(world: World, call: Call): Answer {
  const { body, caller, dialect } = call;
  const { owner } = ownerOf(caller);
  const type = body['type'];
  if (type === undefined || type === null || type === '') refuse('missing_type');
  const key = clientPaymentId(call, type);
  const payment = world.paymentKeys.get(`${owner} ${key}`) ?? addPayment(world, call, type as PaymentType, key);
  const viewer = caller.kind === 'wallet' ? { viewer: caller.wallet.phone } : {};
  return {
    meta: paymentMeta(payment, dialect),
    data: paymentView(payment, { form: 'descriptor', dialect, ...viewer }),
  };
}

/** Required on the BW layer; MServer makes one up for `out` and `inout` (section 2.11). */
function clientPaymentId({ body, dialect }: Call, type: unknown): string {
  const given = body['client_payment_id'];
  if (given === undefined || given === null || given === '') {
    if (dialect === 'mserver' && (type === 'out' || type === 'inout')) return crypto.randomUUID();
    return refuse('missing_client_payment_id');
  }
  if (typeof given !== 'string' || !UUID.test(given)) return refuse('invalid_client_payment_id');
  return given;
}

function addPayment(world: World, { body, caller, headers }: Call, type: PaymentType, key: string): Payment {
  const { owner, wallet } = ownerOf(caller);
  if (!TYPES.includes(type) || (wallet === undefined && type !== 'inout')) unprocessable();
  const given = body['amount'];
  if (given === undefined || given === null) refuse('missing_amount');
  const amount = toKopecks(given) ?? refuse('invalid_amount');
  if (amount === 0) refuse('invalid_amount');
  const payment: Payment = {
    id: 0,
    clientPaymentId: key,
    owner,
    ...(wallet === undefined ? {} : { wallet }),
    type,
    amount,
    createdAt: world.clock.now(),
    status: 'created',
    parameters: new Map(),
    step: 0,
    charged: false,
    undone: false,
  };
  if (type === 'p2p') toWallet(world, payment, body);
  if (type === 'out' || type === 'inout') toService(world, payment, body);
  if (type === 'in' || type === 'inout') payment.card = cardFor(world, payment, body);
  if (wallet !== undefined) checkLimits(world, wallet, type, amount, payment.destination);
  if (payment.service === undefined) payment.total = amount;
  const project = world.projects.get(headers['x-project-id'] ?? '');
  if (project !== undefined) payment.project = project.code;
  return register(world, payment);
}

/** Gives the payment its id and makes it findable. */
export function register(world: World, payment: Payment): Payment {
  payment.id = world.paymentId();
  world.payments.set(payment.id, payment);
  world.paymentKeys.set(`${payment.owner} ${payment.clientPaymentId}`, payment);
  if (payment.wallet !== undefined) world.remember(payment.wallet.phone, payment);
  const { card } = payment;
  if (card?.id !== undefined) world.cards.set(card.id, card);
  return payment;
}

function toWallet(world: World, payment: Payment, body: Call['body']): void {
  const { destination, message } = body;
  if (destination === undefined || destination === null || destination === '') refuse('missing_destination');
  const receiver = world.wallets.get(String(destination));
  if (receiver === payment.wallet) refuse('invalid_destination');
  if (receiver === undefined || receiver.state === 'inactive') refuse('destination_not_found');
  if (message !== undefined && typeof message !== 'string') unprocessable();
  transferable(world, payment, receiver, typeof message === 'string' ? message : undefined);
}

/** What p2p demands of payer and receiver (section 4.4). */
export function transferable(world: World, payment: Payment, receiver: Wallet, message?: string): void {
  if (message !== undefined && message.length > 1024) refuse('message_too_long');
  if (world.settings.p2pIdentification) {
    if (payment.wallet?.level === 'anonymous') refuse('wallet_not_identified');
    if (receiver.level === 'anonymous') refuse('destination_wallet_not_identified');
  }
  if ((payment.wallet?.balance ?? 0) < payment.amount) refuse('insufficient_funds');
  payment.destination = receiver;
  if (message !== undefined) payment.message = message;
}

function toService(world: World, payment: Payment, body: Call['body']): void {
  const given = body['service'];
  if (given === undefined || given === null) refuse('missing_service');
  const service = typeof given === 'number' ? world.services.get(given) : undefined;
  if (service === undefined || !service.online) refuse('service_not_found');
  if (service.verificationRequired && !payment.wallet?.verified) refuse('wallet_not_identified');
  if (payment.amount < service.minsum || payment.amount > service.maxsum) refuse('invalid_amount');
  payment.parameters = readParameters(service, body['parameters']);
  payment.service = service;
  if (service.steps.length === 0) payment.total = price(service, payment.amount);
}

/** The price with the service's fee (section 1.5). */
export const price = (service: Service, amount: Kopecks): Kopecks => amount + fee(amount, service.rate);

/** The card of an `in` or `inout` payment: a stored one, or a new one (section 3.3). `card` wins over `store_card`. */
export function cardFor(world: World, payment: Payment, body: Call['body']): Card {
  const { card: id, store_card: store } = body;
  if (id !== undefined && id !== null) return chargeable(world, payment.owner, id);
  if (store !== undefined && typeof store !== 'boolean') unprocessable();
  return { owner: payment.owner, state: 'created', ...(store === true ? { id: world.cardId() } : {}) };
}

function chargeable(world: World, owner: string, id: unknown): Card {
  const card = typeof id === 'number' ? world.cards.get(id) : undefined;
  if (card === undefined || card.owner !== owner || card.state === 'deleted')
    return refuse('card_not_found', { status: 422 });
  if (card.state !== 'active') refuse('card_not_active');
  return card;
}
