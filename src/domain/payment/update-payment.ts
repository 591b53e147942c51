import type { ParameterValues } from '../../connectors/payments.ts';
import type { Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError, NotSupportedError, StateError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { ProviderUnavailableError } from '../provider/errors.ts';
import { attemptChanges, keepTrace, loadUpstream, traced, type Upstream } from './attempt.ts';
import { learn } from './learn.ts';
import { payeeMaskOf, sealOrder } from './order.ts';
import { refusalOf } from './refusal.ts';
import { findPayment, mayAct } from './store.ts';
import { isPending, watchPricing } from './watch-upstream.ts';

export interface UpdatePaymentInput {
  paymentId: string;
  parameters: { id: string; value: string }[];
}

/**
 * Answers an UpdateAction of a payment of several steps: what was given so far goes along with what is given now. Nothing
 * moves; an unclear answer is made good by sending the same again, also when the provider has gone on meanwhile.
 * @throws NotFoundError, InvalidInputError, StateError (nothing is asked), ProviderRejectedError, ProviderUnavailableError
 */
export async function updatePayment(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  viewer: TenantViewer,
  { paymentId, parameters }: UpdatePaymentInput,
): Promise<Payment> {
  const { prisma } = deps.db;
  const payment = await findPayment(prisma, viewer, paymentId);
  if (!payment || !mayAct(viewer, payment)) throw new NotFoundError('The payment');
  const action = actionOf(payment);
  // one that no provider carries has none to ask
  if (payment.status !== 'CREATED' || action === null) throw nothingAsked(payment);
  const upstream = await loadUpstream(deps, prisma, payment);
  const kept = upstream.order.parameters ?? {};
  // the provider goes on only with what it was given
  const taken = action.kind !== 'UPDATE';
  if (taken && parameters.length > 0 && parameters.every(({ id, value }) => kept[id] === value)) return payment;
  const editable = checkAsked(payment, action, parameters);
  const values: ParameterValues = {
    // what was given before for this very step was given in vain
    ...Object.fromEntries(Object.entries(kept).filter(([id]) => !editable.has(id))),
    ...Object.fromEntries(parameters.map(({ id, value }) => [id, value])),
  };
  return send(deps, upstream, values);
}

type Action = { kind: string; prompts?: { id: string; editable: boolean }[] };

const actionOf = ({ upstreamAction }: Payment): Action | null =>
  upstreamAction ? (JSON.parse(upstreamAction) as Action) : null;

/** @returns the ids of what may be given now; none where the provider has not listed them yet */
function checkAsked(
  payment: Payment,
  action: Action,
  parameters: UpdatePaymentInput['parameters'],
): ReadonlySet<string> {
  if (action.kind !== 'UPDATE') throw nothingAsked(payment);
  const editable = new Set(action.prompts?.filter((prompt) => prompt.editable).map((prompt) => prompt.id));
  const foreign = parameters.find(({ id }) => editable.size > 0 && !editable.has(id));
  if (foreign)
    throw InvalidInputError.at(`input.parameters.${foreign.id}`, 'is not among what the provider asks for now.');
  return editable;
}

const nothingAsked = ({ status }: Payment): StateError =>
  new StateError(
    'PAYMENT_STATE',
    status,
    ['CREATED'],
    'The payment’s provider is not asking for anything (see nextAction).',
  );

async function send(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  upstream: Upstream,
  values: ParameterValues,
): Promise<Payment> {
  const { capability, handle, attempt, account, payment, order } = upstream;
  if (!capability.update)
    throw new NotSupportedError(account.provider, 'PAYOUTS', 'This provider has no payments of several steps.');
  const trace = traced(upstream);
  const known = { ...handle, reference: present(attempt.reference, 'the number of a payment that asks for more') };
  const outcome = await capability.update(trace.call, known, values);
  const now = deps.clock.now();
  const after = await transaction(deps.db, async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM payment WHERE id = ${payment.id} FOR UPDATE`;
    const locked = await tx.payment.findUniqueOrThrow({ where: { id: payment.id } });
    await keepTrace(tx, attempt, trace, outcome.kind === 'accepted' ? attemptChanges(outcome, now) : {});
    const arrived = outcome.kind === 'accepted' || outcome.kind === 'unknown';
    if (!arrived || locked.status !== 'CREATED') return locked;
    // also what may have arrived: a provider that goes on has taken it
    const given = { ...order, parameters: { ...values } };
    const asked = { orderSealed: sealOrder(deps.vault, payment.id, given), payeeMask: payeeMaskOf(given) };
    await tx.payment.update({ where: { id: payment.id }, data: asked });
    // what was learned meanwhile is newer than this answer
    if (outcome.kind === 'unknown' || locked.version !== payment.version) return { ...locked, ...asked };
    const told = { said: outcome.value, source: 'PROVIDER_ANSWER' as const };
    const learned = await learn(tx, { ...locked, ...asked }, given, told, now);
    if (isPending(learned)) await watchPricing(tx, payment.id);
    return learned;
  });
  if (outcome.kind === 'rejected') throw await refusalOf(deps, after, outcome.refusal);
  if (outcome.kind !== 'accepted')
    throw new ProviderUnavailableError(account.provider, outcome.kind === 'notSent' ? outcome.retryAt : null);
  return after;
}
