import type { CallbackKind, Session } from './model.ts';
import type { World } from './world.ts';

/** MW-5 and MW-6: a call without a body to the URL that the session was started with (section 2.5, trap M6). */

const ACCEPTED = Array.from({ length: 100 }, (_, index) => 200 + index);
const ANSWER_WITHIN_MS = 10_000;

/** Calls a URL as a callback does, whether or not the state warrants it. */
export function call(world: World, kind: CallbackKind, url: string, method = world.settings.callbackMethod): void {
  world.webhooks.emit('moneywall', {
    operation: kind === 'success' ? 'MW-5' : 'MW-6',
    method,
    url,
    headers: {},
    body: '',
    repeat: { delaysMs: world.settings.callbackRetryMs, answerWithinMs: ANSWER_WITHIN_MS, accepts: ACCEPTED },
  });
}

/** The URL of a session's callback. */
export const urlOf = (session: Session, kind: CallbackKind): string =>
  kind === 'success' ? session.successUrl : session.failureUrl;

/** Tells the partner that the application was decided, unless the call was ordered to be lost. */
export function callBack(world: World, session: Session, kind: CallbackKind): void {
  const lost = world.callbacksToLose > 0;
  session.callbacks.push({ kind, at: world.clock.now(), lost });
  if (lost) world.callbacksToLose -= 1;
  else call(world, kind, urlOf(session, kind));
}
