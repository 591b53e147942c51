import { randomBytes } from 'node:crypto';
import { stringify } from 'lossless-json';
import { z } from 'zod';
import { ControlError } from '../control-error.ts';
import { type Action, action } from '../provider.ts';
import { call, urlOf } from './callbacks.ts';
import { authorize, cancel, charge, leftOf, refund, settleDue } from './engine.ts';
import { Refusal } from './errors.ts';
import { callbackKinds, cancellations, decisions, type Session, type State } from './model.ts';
import { kopecksOf } from './money.ts';
import { sessionState } from './state.ts';
import type { World } from './world.ts';

/** Rubles with at most two decimals, as a number or as text. @returns kopecks above zero */
const rubles = z.union([z.number(), z.string()]).transform((value, context) => {
  const exact = kopecksOf(String(value));
  if (exact !== null && exact > 0n) return exact;
  context.addIssue({ code: 'custom', message: 'a positive amount with at most two decimals' });
  return z.NEVER;
});

/** A session by its order's id or by the number of its application; the command line reads digits as a number. */
const byOrder = z.strictObject({ order: z.coerce.string().min(1) });

/** A session in one of these states, or in any. @throws ControlError */
function namedSession(world: World, name: string, ...wanted: State[]): Session {
  settleDue(world);
  const all = [...world.sessions.values()];
  const session = all.find(({ orderId }) => orderId === name) ?? all.find(({ id }) => `${id}` === name);
  if (session === undefined) throw new ControlError(`no session of order ${name}`);
  if (wanted.length > 0 && !wanted.includes(session.state))
    throw new ControlError(`the session of order ${session.orderId} is ${session.state}`);
  return session;
}

/** How the contract is read, and what comes next. */
function settingActions(world: World): Record<string, Action> {
  const settings = z.strictObject({
    strict: z.boolean().optional(),
    decision: z.enum(decisions).optional(),
    callbackMethod: z.enum(['POST', 'GET']).optional(),
    callbackRetryMs: z.array(z.number().int().min(0)).optional(),
    otherEditions: z.boolean().optional(),
    precheck: z.enum(['approved', 'declined']).optional(),
  });
  const outcome = z.strictObject({ outcome: z.enum(decisions), times: z.number().int().min(1).default(1) });
  return {
    settings: action(`how the contract is read: ${Object.keys(settings.shape).join(', ')}`, settings, (input) => {
      Object.assign(world.settings, input);
      return world.settings;
    }),
    outcome: action(
      'what becomes of the next applications (times) that are handed in on the page without a decision: authorize, cancel, or pending until decided',
      outcome,
      ({ outcome: decision, times }) => {
        for (let n = 0; n < times; n += 1) world.nextDecisions.push(decision);
      },
    ),
  };
}

/** What shoppers and Moneywall's staff do to a session. */
function sessionActions(world: World): Record<string, Action> {
  /** @throws ControlError with what the provider says when it refuses */
  const giveBack = (session: Session, amount = leftOf(session)) => {
    try {
      refund(world, session, amount, 'staff');
    } catch (error) {
      if (error instanceof Refusal) throw new ControlError(error.message);
      throw error;
    }
    return sessionState(world, session);
  };
  return {
    session: action('one session, with the body that started it', byOrder, ({ order }) => {
      const session = namedSession(world, order);
      return { ...sessionState(world, session), sent: JSON.parse(stringify(session.sent) ?? '{}') };
    }),
    'session.authorize': action('approved, the initial payment made', byOrder, ({ order }) => {
      const session = namedSession(world, order, 'processing');
      authorize(world, session);
      return sessionState(world, session);
    }),
    'session.cancel': action(
      `an open session is cancelled as ${cancellations.join(', ')}`,
      byOrder.extend({ as: z.enum(cancellations).default('refused') }),
      ({ order, as }) => {
        const session = namedSession(world, order, 'processing');
        cancel(world, session, as);
        return sessionState(world, session);
      },
    ),
    'session.charge': action(
      'the agreement is finally open now, before its 24 hours are over',
      byOrder,
      ({ order }) => {
        const session = namedSession(world, order, 'authorized');
        charge(session, world.clock.now());
        return sessionState(world, session);
      },
    ),
    'session.void': action('Moneywall itself cancels the agreement within the 24 hours', byOrder, ({ order }) =>
      giveBack(namedSession(world, order, 'authorized')),
    ),
    'session.refund': action(
      'Moneywall itself refunds an amount, or all that is left',
      byOrder.extend({ amount: rubles.optional() }),
      ({ order, amount }) => giveBack(namedSession(world, order), amount),
    ),
  };
}

/** Callbacks beyond withholding and duplicating, which the sandbox does for every provider. */
function callbackActions(world: World): Record<string, Action> {
  const times = z.strictObject({ times: z.number().int().min(0).default(1) });
  const forged = byOrder.extend({
    kind: z.enum(callbackKinds),
    url: z.url({ protocol: /^https?$/ }).optional(),
    method: z.enum(['POST', 'GET']).optional(),
  });
  return {
    'callback.lose': action('the next callbacks (times) are never made; 0 ends it', times, ({ times: next }) => {
      world.callbacksToLose = next;
    }),
    'callback.forge': action(
      'somebody calls a session’s success or failure URL (or another url) though its state warrants no call',
      forged,
      ({ order, kind, url, method }) => {
        const session = namedSession(world, order);
        call(world, kind, url ?? urlOf(session, kind), method);
      },
    ),
  };
}

/** The partner's credentials. */
function accessActions(world: World): Record<string, Action> {
  const token = z.strictObject({ token: z.string().min(1) });
  return {
    'token.issue': action('a further partner, who sees its own sessions only', token.partial(), ({ token: given }) => {
      const issued = given ?? randomBytes(20).toString('hex');
      if (world.partners.has(issued)) throw new ControlError('the token is there already');
      world.partners.set(issued, { name: `partner ${world.partners.size + 1}`, token: issued });
      return { token: issued };
    }),
    'token.revoke': action('a token is refused from now on', token, ({ token: value }) => {
      if (!world.partners.delete(value)) throw new ControlError('no such token');
    }),
  };
}

/** Every action of the Moneywall emulator's control API. */
export const moneywallActions = (world: World): Record<string, Action> => ({
  ...settingActions(world),
  ...sessionActions(world),
  ...callbackActions(world),
  ...accessActions(world),
});
