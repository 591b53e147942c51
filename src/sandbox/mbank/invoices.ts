import { randomUUID } from 'node:crypto';
import { type ErrorCode, refuse, unprocessable } from './errors.ts';
import type { Answer, Call, Operation } from './http.ts';
import type { Invoice, Payment } from './model.ts';
import { rubles, toKopecks } from './money.ts';
import { register, transferable } from './payment-create.ts';
import { checkLimits } from './payment-limits.ts';
import { paymentMeta, paymentView } from './payment-views.ts';
import { walletOf } from './wallet.ts';
import type { World } from './world.ts';

/** Invoice (section 2.1); a new one's status is null on the wire (trap T-30). */
function view(world: World, invoice: Invoice): Record<string, unknown> {
  const { id, payer, amount, recipient, message, status, paymentId } = invoice;
  const shown = status === 'created' && world.settings.invoiceStatusNull ? null : status;
  return { _id: id, payer, amount: rubles(amount), recipient, message, status: shown, payment_id: paymentId };
}

function create(world: World, call: Call): Answer {
  const { phone } = walletOf(call);
  const { payer, amount, message } = call.body;
  if (payer === undefined || payer === null || payer === '') refuse('missing_payer');
  if (payer === phone) refuse('invalid_payer');
  if (typeof payer !== 'string' || (world.wallets.get(payer)?.state ?? 'inactive') === 'inactive')
    refuse('payer_not_exists');
  if (amount === undefined || amount === null) refuse('missing_amount');
  const kopecks = toKopecks(amount) ?? refuse('invalid_amount');
  if (kopecks === 0) refuse('invalid_amount');
  if (message !== undefined && message !== null && typeof message !== 'string') unprocessable();
  issue(world, {
    payer: String(payer),
    recipient: phone,
    amount: kopecks,
    message: typeof message === 'string' ? message : null,
  });
  return {};
}

function issue(world: World, fields: Pick<Invoice, 'payer' | 'recipient' | 'amount' | 'message'>): Invoice {
  const invoice: Invoice = { id: world.objectId(), ...fields, status: 'created', paymentId: null };
  world.invoices.set(invoice.id, invoice);
  return invoice;
}

function find(world: World, call: Call, role: 'payer' | 'recipient', code: ErrorCode): Invoice {
  const invoice = world.invoices.get(call.params['id'] ?? '');
  return invoice?.[role] === walletOf(call).phone ? invoice : refuse(code);
}

function duplicate(world: World, call: Call): Answer {
  const { payer, recipient, amount, message } = find(world, call, 'recipient', 'invalid_invoice');
  return { data: view(world, issue(world, { payer, recipient, amount, message })) };
}

const notCancelable: Record<Exclude<Invoice['status'], 'created'>, ErrorCode> = {
  processing: 'invoice_is_processing',
  completed: 'invoice_is_completed',
  canceled: 'invoice_is_already_canceled',
  declined: 'invoice_cancelling_error',
};

function cancel(world: World, call: Call): Answer {
  const invoice = find(world, call, 'recipient', 'invoice_not_found');
  if (invoice.status !== 'created') refuse(notCancelable[invoice.status]);
  invoice.status = 'canceled';
  return {};
}

const notPayable: Record<Exclude<Invoice['status'], 'created'>, ErrorCode> = {
  processing: 'invoice_is_processing',
  completed: 'invoice_is_completed',
  canceled: 'invoice_is_canceled',
  declined: 'invoice_is_declined',
};

/** `invoices.pay`: a p2p payment that still has to be paid, in an envelope within the envelope (trap T-32). */
function pay(world: World, call: Call): Answer {
  const wallet = walletOf(call);
  const invoice = find(world, call, 'payer', 'invoice_not_found');
  if (invoice.status !== 'created') refuse(notPayable[invoice.status]);
  const receiver = world.wallets.get(invoice.recipient) ?? refuse('destination_not_found');
  const payment: Payment = {
    id: 0,
    clientPaymentId: randomUUID(),
    owner: wallet.phone,
    wallet,
    type: 'p2p',
    amount: invoice.amount,
    total: invoice.amount,
    createdAt: world.clock.now(),
    status: 'created',
    parameters: new Map(),
    step: 0,
    invoice,
    charged: false,
    undone: false,
  };
  transferable(world, payment, receiver, invoice.message ?? undefined);
  checkLimits(world, wallet, 'p2p', invoice.amount, receiver);
  register(world, payment);
  invoice.status = 'processing';
  const { dialect } = call;
  const data = paymentView(payment, { form: 'descriptor', dialect, viewer: wallet.phone });
  return { data: { meta: { code: 200, ...paymentMeta(payment, dialect), time: 0.1 }, data } };
}

/** Invoices: operations 46 to 51 (section 2.9). */
export function invoiceOperations(world: World): Operation[] {
  const W = { auth: 'wallet' } as const;
  const one = '/invoices/:id(^[0-9a-f]{24}$)';
  const listed = (role: 'payer' | 'recipient') => (call: Call) => {
    const own = [...world.invoices.values()].filter((invoice) => invoice[role] === walletOf(call).phone);
    return { data: own.map((invoice) => view(world, invoice)) };
  };
  return [
    { id: 'invoices.create', method: 'POST', path: '/invoices', ...W, handle: (call) => create(world, call) },
    { id: 'invoices.inbox', method: 'GET', path: '/invoices', ...W, handle: listed('payer') },
    { id: 'invoices.created', method: 'GET', path: '/invoices/created', ...W, handle: listed('recipient') },
    {
      id: 'invoices.duplicate',
      method: 'GET',
      path: `${one}/duplicate`,
      ...W,
      handle: (call) => duplicate(world, call),
    },
    { id: 'invoices.cancel', method: 'GET', path: `${one}/cancel`, ...W, handle: (call) => cancel(world, call) },
    { id: 'invoices.pay', method: 'POST', path: `${one}/pay`, ...W, handle: (call) => pay(world, call) },
  ];
}
