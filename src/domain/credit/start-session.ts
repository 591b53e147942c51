import type { StartedCreditSession } from '../../connectors/credit-sessions.ts';
import type { Outcome } from '../../connectors/outcome.ts';
import type { CreditSession } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import { ConflictError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { canonicalJson } from '../idempotency/canonical-json.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { ProviderRejectedError, ProviderUnavailableError } from '../provider/errors.ts';
import { withAccountCredentials } from '../provider/note-credentials.ts';
import { callbackOf } from './callback.ts';
import { resumeSession, saveSession, stepSession, touchSession } from './change-session.ts';
import { CALL_IS_DEAD_MS, followLater } from './follow-later.ts';
import { followSession } from './follow-session.ts';
import { acceptedOfLender, asAccount, type CreditDeps, type Lender, lenderOf, lenderOfSession } from './lender.ts';
import { checkOrder, firstDeparture, type OrderInput, refuseIssues } from './order.ts';
import { isKnown, type KnownSession, lockCreditSession } from './store.ts';

export interface StartSessionInput extends OrderInput {
  provider: string;
}

/** The lender, and the order as it is to be sent there. */
interface Start extends Lender {
  session: CreditSession;
  input: StartSessionInput;
}

/** What stands under the order's id: nothing that hinders the call, a start of which nobody knows, or a session. */
type Standing =
  | { kind: 'call'; session: CreditSession; first: boolean }
  | { kind: 'unclear'; session: CreditSession }
  | { kind: 'there'; session: CreditSession };

/**
 * Starts a credit session for an order. The order's id is the key: the same order again answers the session that is there. When the
 * answer is lost nothing is known, and the same call again asks the provider before it sends anything.
 * @returns the session, with the page on which the shopper applies
 * @throws InvalidInputError, NotSupportedError; ConflictError when the order's id was used with other input, here or at the provider;
 *   ProviderRejectedError, also when the provider has the session but its page was lost; ProviderUnavailableError: do it again
 */
export async function startSession(
  deps: CreditDeps,
  viewer: PartnerViewer,
  input: StartSessionInput,
): Promise<{ session: KnownSession; replayed: boolean }> {
  const { prisma } = deps.db;
  const fingerprint = deps.vault.fingerprint(canonicalJson(input));
  const where = { partnerId_orderId: { partnerId: viewer.partnerId, orderId: input.orderId } };
  const known = await prisma.creditSession.findUnique({ where });
  // what was started once is answered for ever, whatever has run out since
  if (known && isKnown(known)) return { session: usable(sameOrder(known, fingerprint)), replayed: true };
  checkOrder(input, deps.clock.now());
  const lender = await lenderOf(deps, prisma, viewer.partnerId, input.provider);
  const draft = newSession(deps, viewer, lender, { ...input, fingerprint });
  const standing = await claim(deps, draft);
  if (standing.kind === 'there') return { session: usable(standing.session), replayed: true };
  if (standing.kind === 'call') return { session: await call(deps, standing, input), replayed: false };
  const found = await followSession(deps, standing.session.id, { source: 'POLL' });
  if (found && isKnown(found)) return { session: usable(found), replayed: true };
  const again = await claim(deps, draft, true);
  if (again.kind !== 'call') return { session: usable(again.session), replayed: true };
  return { session: await call(deps, again, input), replayed: false };
}

/** The row of a session that is about to be started. @throws InvalidInputError for what this lender does not take */
function newSession(
  deps: CreditDeps,
  { partnerId }: PartnerViewer,
  { account, credit }: Lender,
  { fingerprint, ...input }: StartSessionInput & Pick<CreditSession, 'fingerprint'>,
): CreditSession {
  const now = deps.clock.now();
  const id = newId('CreditSession');
  const { amount, orderId, mode, expiresAt } = input;
  refuseIssues(credit.check({ ...input, creditCost: null, callback: callbackOf(deps, account, { id }) }));
  const opened = { amount, departsAt: firstDeparture(input.product), opensAt: now };
  return {
    id,
    partnerId,
    provider: account.provider,
    providerAccountId: account.id,
    orderId,
    fingerprint,
    state: null,
    version: 0,
    amountMinor: amount.minor,
    currency: amount.currency,
    creditCostMinor: credit.quote(opened).total.minor,
    refundedMinor: 0n,
    reservedMinor: 0n,
    reference: null,
    frameUrl: null,
    mode,
    expiresAt,
    calledAt: now,
    callUntil: new Date(now.getTime() + CALL_IS_DEAD_MS),
    notOpenAt: now,
    voidableMs: credit.voidableMs,
    createdAt: now,
  };
}

const orderOf = (deps: CreditDeps, { account, session, input: { provider: _, ...order } }: Start) => ({
  ...order,
  creditCost: session.creditCostMinor === null ? null : { minor: session.creditCostMinor, currency: session.currency },
  callback: callbackOf(deps, account, session),
});

/**
 * Step 1: what is about to be sent is on the record, and nobody else sends it meanwhile.
 * @param asked the provider has just said that it has no such session: a start of which nobody knew may be sent again
 */
function claim(deps: CreditDeps, draft: CreditSession, asked = false): Promise<Standing> {
  const { partnerId, orderId, fingerprint } = draft;
  return transaction(deps.db, async (tx) => {
    const now = deps.clock.now();
    await lockName(tx, 'credit_session', partnerId, orderId);
    const where = { partnerId_orderId: { partnerId, orderId } };
    const found = await tx.creditSession.findUnique({ where });
    const known = found && (await lockCreditSession(tx, found.id));
    if (!known) {
      await followLater(tx, draft.id, now, { runAt: new Date(now.getTime() + CALL_IS_DEAD_MS) });
      return { kind: 'call', session: await tx.creditSession.create({ data: draft }), first: true };
    }
    sameOrder(known, fingerprint);
    if (known.state !== null) return { kind: 'there', session: known };
    // somebody else is sending it right now
    if (known.callUntil && known.callUntil > now) throw new ProviderUnavailableError(known.provider, known.callUntil);
    if (!asked) return { kind: 'unclear', session: known };
    const until = new Date(now.getTime() + CALL_IS_DEAD_MS);
    const data = { calledAt: now, callUntil: until };
    return { kind: 'call', session: await tx.creditSession.update({ where, data }), first: false };
  });
}

/** @throws ConflictError when the session was started with other input */
function sameOrder(session: CreditSession, fingerprint: Uint8Array): CreditSession {
  if (Buffer.compare(session.fingerprint, fingerprint) === 0) return session;
  throw new ConflictError('This orderId was used before with other input. Send the same input, or choose another.');
}

/** Steps 2 and 3: the call, and what has come of it. */
async function call(
  deps: CreditDeps,
  { session, first }: Extract<Standing, { kind: 'call' }>,
  input: StartSessionInput,
): Promise<KnownSession> {
  const lender = await lenderOfSession(deps, deps.db.prisma, session);
  const order = orderOf(deps, { ...lender, session, input });
  const outcome = await lender.credit.start(asAccount, order);
  if (outcome.kind === 'accepted') return keep(deps, session.id, outcome.value);
  await end(deps, session.id, outcome, first);
  // an id that the provider knows already may be that of a call of ours whose answer was lost
  if (outcome.kind === 'rejected' && !first) {
    const found = await followSession(deps, session.id, { source: 'POLL' });
    if (found && isKnown(found)) return usable(found);
  }
  return withAccountCredentials(deps, lender.account, async () => acceptedOfLender(outcome, session.provider) as never);
}

function keep(deps: CreditDeps, id: string, page: StartedCreditSession): Promise<KnownSession> {
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    const session = present(await lockCreditSession(tx, id), 'the session that was just started');
    const known = resumeSession({ ...session, ...page, callUntil: null });
    // the provider may have called, or been asked, before its answer was here
    const change =
      session.state === null
        ? stepSession(known, 'PROCESSING', { source: 'PROVIDER_ANSWER', occurredAt: now }, now)
        : touchSession(known, {}, now);
    await followLater(tx, id, now);
    return (await saveSession(tx, change, now)) as KnownSession;
  });
}

/** Nothing was made, or nobody knows. What was refused or never sent leaves no trace, unless an earlier start of it is unclear. */
async function end({ db, clock }: CreditDeps, id: string, { kind }: Outcome<unknown>, first: boolean): Promise<void> {
  const now = clock.now();
  const nothing = first && kind !== 'unknown';
  await transaction(db, async (tx) => {
    const session = await lockCreditSession(tx, id);
    if (session?.state !== null) return;
    if (nothing) await tx.creditSession.delete({ where: { id } });
    else await tx.creditSession.update({ where: { id }, data: { callUntil: null } });
    if (!nothing) await followLater(tx, id, now);
  });
}

/** @throws ProviderRejectedError when the answer with the session's page was lost: the provider does not tell it again */
function usable(session: CreditSession): KnownSession {
  if (isKnown(session) && session.frameUrl !== null) return session;
  throw new ProviderRejectedError({
    provider: session.provider,
    providerCode: null,
    providerMessage:
      'The provider has a session for this order, but its answer was lost, and with it the page for the shopper. Start again under another orderId.',
    remedy: 'CHANGE_INPUT',
  });
}
