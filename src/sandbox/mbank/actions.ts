import { z } from 'zod';
import { ControlError } from '../control-error.ts';
import { type Action, action } from '../provider.ts';
import { approvePage, refusePage } from './ipsp.ts';
import type { Outcome, Payment, Wallet } from './model.ts';
import { toKopecks } from './money.ts';
import { notifyPayment } from './notify.ts';
import { complete, decline, redo, undo } from './payment-engine.ts';
import { paymentState } from './payments.ts';
import { addBestTransfer, defaultLimits, newWallet } from './seed.ts';
import { generateServices } from './seed-services.ts';
import { identify } from './wallet.ts';
import type { World } from './world.ts';

const reasons = z.enum(['invalid_data', 'insufficient_funds', 'internal_error']);
const byId = z.strictObject({ id: z.coerce.number().int() });
const byPhone = z.strictObject({ phone: z.string() });
const withReason = byId.extend({ reason: reasons.optional() });
const rubles = z.number().refine((value) => toKopecks(value) !== null, 'rubles with at most two decimals');

function paymentOf(world: World, id: number, ...statuses: Payment['status'][]): Payment {
  const payment = world.payments.get(id);
  if (payment === undefined) throw new ControlError(`no payment ${id}`);
  if (!statuses.includes(payment.status))
    throw new ControlError(`payment ${id} is ${payment.status}, not ${statuses.join(' or ')}`);
  return payment;
}

function walletOf(world: World, phone: string): Wallet {
  const wallet = world.wallets.get(phone);
  if (wallet === undefined) throw new ControlError(`no wallet ${phone}`);
  return wallet;
}

/** The page of a payment that still waits for its payer. */
function openPage(payment: Payment) {
  const page = payment.card?.page;
  return page?.payment === payment && (page.step === 'form' || page.step === 'secure') ? page : undefined;
}

const outcome = z.strictObject({
  outcome: z.enum(['complete', 'decline', 'pending', 'undo', 'redo']),
  reason: reasons.optional(),
  id: z.coerce.number().int().optional(),
  times: z.number().int().min(1).default(1),
});

/** What happens to payments: the part of the control plane that the provider's processing would do. */
function paymentActions(world: World): Record<string, Action> {
  return {
    outcome: action(
      'decide how a payment (id) or the next ones (times) end: complete, decline, pending, undo, redo',
      outcome,
      (input) => {
        const { id, times, reason } = input;
        const decided: Outcome = { outcome: input.outcome, ...(reason === undefined ? {} : { reason }) };
        if (id !== undefined) paymentOf(world, id, 'created', 'processing').outcome = decided;
        else for (let n = 0; n < times; n += 1) world.nextOutcomes.push(decided);
      },
    ),
    'payment.complete': action('processing → completed', byId, ({ id }) => {
      const payment = paymentOf(world, id, 'processing');
      const page = openPage(payment);
      payment.outcome = { outcome: 'complete' };
      if (page !== undefined) approvePage(world, page);
      else complete(world, payment);
      return paymentState(payment);
    }),
    'payment.decline': action('processing → declined', withReason, ({ id, reason }) => {
      const payment = paymentOf(world, id, 'processing');
      const page = openPage(payment);
      decline(world, payment, reason);
      if (page !== undefined) refusePage(world, page);
      return paymentState(payment);
    }),
    'payment.undo': action('completed → declined', withReason, ({ id, reason }) => {
      const payment = paymentOf(world, id, 'completed');
      undo(world, payment, reason);
      return paymentState(payment);
    }),
    'payment.redo': action('declined by an undo → completed', byId, ({ id }) => {
      const payment = paymentOf(world, id, 'declined');
      if (!payment.undone) throw new ControlError(`payment ${id} was not undone`);
      redo(world, payment);
      return paymentState(payment);
    }),
    'invoice.status': action(
      'set what an invoice says of itself, whatever became of its payment',
      z.strictObject({
        id: z.string(),
        status: z.enum(['created', 'processing', 'completed', 'declined', 'canceled']),
      }),
      ({ id, status }) => {
        const invoice = world.invoices.get(id);
        if (invoice === undefined) throw new ControlError(`no invoice ${id}`);
        invoice.status = status;
      },
    ),
    'payment.notify': action(
      'send the notification of a finished payment once more, as a new event',
      byId,
      ({ id }) => {
        const payment = paymentOf(world, id, 'completed', 'declined');
        notifyPayment(world, payment, 'processing', payment.status === 'completed' ? 'complete' : 'decline');
      },
    ),
    ...lookups(world),
  };
}

/** Looking at payments, and finishing their pages. */
function lookups(world: World): Record<string, Action> {
  return {
    payments: action(
      'payments by the id that their client gave them',
      z.strictObject({ clientId: z.string() }),
      ({ clientId }) => ({
        payments: [...world.payments.values()]
          .filter((payment) => payment.clientPaymentId === clientId)
          .map(paymentState),
      }),
    ),
    'payment.get': action('one payment', byId, ({ id }) =>
      paymentState(paymentOf(world, id, 'created', 'processing', 'completed', 'declined')),
    ),
    page: action(
      'finish a payment page without a browser: approve or decline, by payment or card id',
      z.strictObject({
        payment: z.coerce.number().optional(),
        card: z.coerce.number().optional(),
        result: z.enum(['approve', 'decline']),
      }),
      (input) => {
        const card =
          input.card === undefined ? world.payments.get(input.payment ?? 0)?.card : world.cards.get(input.card);
        if (card?.page === undefined || card.state !== 'pending')
          throw new ControlError('no page waits for that payment or card');
        if (input.result === 'approve') approvePage(world, card.page);
        else refusePage(world, card.page);
      },
    ),
  };
}

/** What the operators of the control plane do to wallets (section 2.11). */
function walletActions(world: World): Record<string, Action> {
  const level = z.enum(['anonymous', 'identified', 'personified']).default('identified');
  const limit = rubles.transform((value) => toKopecks(value) ?? 0).optional();
  const limits = z.strictObject({
    in: limit,
    out: limit,
    p2p: limit,
    balance: limit,
    monthlyIn: limit,
    monthlyOut: limit,
    monthlyP2p: limit,
    cards: z.number().int().optional(),
  });
  const given = byPhone.extend({ password: z.string().min(6), amount: rubles.default(10_000), level });
  return {
    'wallet.create': action('an active wallet, ready to use', given, ({ phone, password, amount, level: at }) => {
      const wallet = newWallet(phone, password, toKopecks(amount) ?? 0);
      wallet.state = 'active';
      world.wallets.set(phone, wallet);
      identify(world, wallet, at);
    }),
    'wallet.code': action('the security codes that were sent', byPhone, ({ phone }) => {
      const { activation, reset } = walletOf(world, phone).codes;
      return { activation: activation?.value ?? null, reset: reset?.value ?? null };
    }),
    'wallet.verify': action(
      'mark the person as verified, at a level',
      byPhone.extend({ level }),
      ({ phone, level: to }) => identify(world, walletOf(world, phone), to),
    ),
    'wallet.lock': action(
      'lock; `message` is shown to the user',
      byPhone.extend({ message: z.string().default('') }),
      (input) => {
        Object.assign(walletOf(world, input.phone), { state: 'disabled', lockMessage: input.message });
      },
    ),
    'wallet.unlock': action('unlock', byPhone, ({ phone }) => {
      const wallet = walletOf(world, phone);
      wallet.state = 'active';
      delete wallet.lockMessage;
    }),
    'wallet.force_password': action('demand a new password', byPhone, ({ phone }) => {
      walletOf(world, phone).state = 'reset_password';
    }),
    'wallet.password': action(
      'set the password',
      byPhone.extend({ password: z.string().min(6) }),
      ({ phone, password }) => {
        walletOf(world, phone).password = password;
      },
    ),
    'wallet.balance': action('set the balance', byPhone.extend({ amount: rubles }), ({ phone, amount }) => {
      walletOf(world, phone).balance = toKopecks(amount) ?? 0;
    }),
    'wallet.limits': action(
      'set limits, in rubles; none given: the documented ones',
      byPhone.extend(limits.shape),
      ({ phone, ...to }) => {
        const wallet = walletOf(world, phone);
        const chosen = Object.fromEntries(Object.entries(to).filter(([, value]) => value !== undefined));
        wallet.limits = Object.keys(chosen).length === 0 ? { ...defaultLimits } : { ...wallet.limits, ...chosen };
      },
    ),
  };
}

/** The sandbox's own settings and its catalogue. */
function worldActions(world: World): Record<string, Action> {
  const project = z.strictObject({
    code: z.string().default('mbank'),
    appId: z.string().optional(),
    appSecret: z.string().optional(),
    paymentsUrl: z.url().optional(),
    cardsUrl: z.url().optional(),
  });
  const settings = z.strictObject({
    execution: z.enum(['complete', 'pending']).optional(),
    p2pIdentification: z.boolean().optional(),
    invoiceStatusNull: z.boolean().optional(),
    orderNumbered: z.boolean().optional(),
  });
  return {
    project: action(
      'where the notifications of a project go, and its app id and secret',
      project,
      ({ code, ...fields }) => {
        const before = world.projects.get(code) ?? { code, appId: '', appSecret: '' };
        world.projects.set(code, {
          ...before,
          ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
        });
        return world.projects.get(code);
      },
    ),
    settings: action(
      'how the contract is read: execution, p2pIdentification, invoiceStatusNull, orderNumbered',
      settings,
      (input) => {
        Object.assign(world.settings, input);
        return world.settings;
      },
    ),
    'client.redirect': action(
      'allow a redirect URI of an OAuth application',
      z.strictObject({ client: z.string().default('mbank_web'), uri: z.url() }),
      ({ client, uri }) => {
        const found = world.clients.get(client);
        if (found === undefined) throw new ControlError(`no application ${client}`);
        found.redirectUris.push(uri);
      },
    ),
    'services.generate': action(
      'add made-up services',
      z.strictObject({ count: z.number().int().min(1).max(100_000) }),
      ({ count }) => {
        generateServices(
          world,
          count,
          world.places.filter(({ preset }) => preset),
        );
        return { services: world.services.size };
      },
    ),
    'services.status': action('switch a service on or off', byId.extend({ online: z.boolean() }), ({ id, online }) => {
      const service = world.services.get(id);
      if (service === undefined) throw new ControlError(`no service ${id}`);
      service.online = online;
      world.touch();
    }),
    'best.add': action(
      'a BEST transfer arrives in a wallet’s list',
      byPhone.extend({ amount: rubles, note: z.string().default('') }),
      ({ phone, amount, note }) => addBestTransfer(world, walletOf(world, phone), amount, note),
    ),
    mails: action('the mails sent so far', z.strictObject({}), () => world.mails),
  };
}

/** Every action of the mbank emulator's control API. */
export const mbankActions = (world: World): Record<string, Action> => ({
  ...paymentActions(world),
  ...walletActions(world),
  ...worldActions(world),
});
