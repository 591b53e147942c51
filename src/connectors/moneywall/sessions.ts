import type { Log } from '../../lib/log.ts';
import type { Call } from '../connector.ts';
import type { CreditOrder, CreditPrecheck, CreditSessions, StartedCreditSession } from '../credit-sessions.ts';
import { outcomeOf, ProviderRejected } from '../outcome.ts';
import { PROVIDER, protocol, refusal } from './answer.ts';
import { orderIssues, productIssues, sayIssues, ticketIssues } from './check.ts';
import type { MoneywallClient } from './client.ts';
import type { MoneywallConfig } from './config.ts';
import { orderOut, precheckOut, ticketsOut } from './map.ts';
import { personalOf } from './masking.ts';
import { amountIssue, amountOut } from './money.ts';
import { quoteCredit } from './quote.ts';
import { givenBack, stateOf } from './status.ts';
import { moscowOffsetTime } from './time.ts';

/** Contract 2.4: less than 24 hours after the agreement was opened. */
const VOIDABLE_MS = 24 * 3_600_000;

interface Parts {
  client: MoneywallClient;
  config: MoneywallConfig;
  log: Log;
}

/** CREDIT: payment sessions of contract 2; with `statesEndpoint` also what other editions have (A.2). */
export function sessionsCapability(parts: Parts): CreditSessions {
  const { client, config } = parts;
  return {
    operations: [
      ...['MW-1', 'MW-2', 'MW-3', 'MW-4', 'MW-7', 'MW-8'],
      ...(config.statesEndpoint ? ['A.2-states', 'A.2-validate'] : []),
    ],
    voidableMs: VOIDABLE_MS,
    check: orderIssues,
    start: (call, order) => outcomeOf(() => start(parts, call, order)),
    ask: (call, session) => ask(parts, call, session),
    refund: (call, { orderId, amount }) =>
      outcomeOf(async () => {
        const issue = amountIssue(amount);
        if (issue !== null) throw refusal('MW-4', `amount: ${issue}`);
        return client.refund(call, { amount: amountOut(amount), order_id: orderId });
      }),
    checkTickets: ticketIssues,
    attachTickets: (call, tickets) =>
      outcomeOf(async () => {
        const issues = ticketIssues(tickets);
        if (issues.length > 0) throw refusal('MW-2', sayIssues(issues));
        return client.addTickets(call, ticketsOut(tickets));
      }),
    quote: (order) => quoteCredit(config, order),
    ...(config.statesEndpoint ? furtherOperations(parts) : {}),
  };
}

function furtherOperations({ client, log }: Parts): Pick<CreditSessions, 'precheck' | 'states'> {
  return {
    precheck: (call, application) => precheck(client, call, application),
    async states(call, { from, till }) {
      const found = await client.states(call, { from: moscowOffsetTime(from), till: moscowOffsetTime(till) });
      return found.map((line) => ({ orderId: line.order_id, ...readState(log, 'A.2-states', line) }));
    },
  };
}

async function start({ client }: Parts, call: Call, order: CreditOrder): Promise<StartedCreditSession> {
  const issues = orderIssues(order);
  if (issues.length > 0) throw refusal('MW-1', sayIssues(issues));
  const { id, amount, frame_url } = await client.start(call, orderOut(order), personalOf(order));
  if (amount.minor !== order.amount.minor)
    throw protocol('MW-1', 'ECHO_MISMATCH', 'the answer speaks of another amount');
  return { reference: id, frameUrl: frame_url };
}

async function ask({ client, log }: Parts, call: Call, session: Parameters<CreditSessions['ask']>[1]) {
  const operation = 'MW-3';
  try {
    const answer = await client.state(call, session.orderId);
    if (answer.order_id !== session.orderId)
      throw protocol(operation, 'ECHO_MISMATCH', 'the answer is about another order');
    const { state, providerState } = readState(log, operation, answer);
    const back = state === 'UNKNOWN' ? 'UNTOLD' : givenBack[state];
    const all = session.amount;
    const refunded = { NOTHING: { ...all, minor: 0n }, ALL: all, UNTOLD: null }[back];
    return { state, providerState, refunded };
  } catch (error) {
    // contract 4: there is no session of this order
    if (error instanceof ProviderRejected && error.refusal.httpStatus === 404) return null;
    throw error;
  }
}

function readState(log: Log, operation: string, told: { order_id: string; state: string }) {
  const state = stateOf(told.state);
  if (state === null) {
    const about = { provider: PROVIDER, operation, order: told.order_id, word: told.state.slice(0, 40) };
    log.warn(about, 'unmapped status');
  }
  return { state: state ?? ('UNKNOWN' as const), providerState: told.state };
}

async function precheck(client: MoneywallClient, call: Call, application: CreditPrecheck) {
  const operation = 'A.2-validate';
  const amount = amountIssue(application.amount);
  const issues = [...(amount ? [{ path: ['amount'], message: amount }] : []), ...productIssues(application.product)];
  if (issues.length > 0) throw refusal(operation, sayIssues(issues));
  const { result } = await client.validate(call, precheckOut(application), personalOf(application));
  if (result !== 'approved' && result !== 'declined')
    throw protocol(operation, 'UNMAPPED_STATUS', 'the result is in no table');
  return { approved: result === 'approved' };
}
