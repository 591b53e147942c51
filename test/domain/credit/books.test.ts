import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CreditSession } from '../../../src/db/generated/client.ts';
import {
  givenBack,
  resumeSession,
  type SessionChange,
  stepSession,
  touchSession,
} from '../../../src/domain/credit/change-session.ts';
import { allowedSteps, isFinal, refundableStates } from '../../../src/domain/credit/states.ts';

/** What a session moves in its life, whatever happens in which order: a pure model of the books over the code that makes the entries. */

const AMOUNT = 1_000n;
const now = new Date('2026-11-22T10:00:00Z');
const fresh: CreditSession = {
  id: 'crs_1',
  partnerId: 'par_1',
  provider: 'MONEYWALL',
  providerAccountId: 'pac_1',
  orderId: 'order-1',
  fingerprint: new Uint8Array(),
  state: null,
  version: 0,
  amountMinor: AMOUNT,
  currency: 'RUB',
  creditCostMinor: null,
  refundedMinor: 0n,
  reservedMinor: 0n,
  reference: null,
  frameUrl: null,
  mode: 'STANDALONE',
  expiresAt: null,
  calledAt: now,
  callUntil: null,
  notOpenAt: now,
  voidableMs: 86_400_000,
  createdAt: now,
};

/** The balances that the entries of a session make, each on its account's normal side. */
function balances({ drafts }: SessionChange): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  const add = ({ code, kind }: { code: string; kind: string }, debit: boolean, amount: bigint) => {
    const name = code.split(':')[0] ?? '';
    sums[name] = (sums[name] ?? 0n) + (debit === (kind === 'ASSET') ? amount : -amount);
  };
  for (const { debit, credit, amount } of drafts.flatMap(({ postings }) => postings)) {
    add(debit, true, amount);
    add(credit, false, amount);
  }
  return sums;
}

/** A step (which of the allowed ones), or a part that is given back. */
const happening = fc.oneof(fc.record({ step: fc.nat(1) }), fc.record({ part: fc.bigInt({ min: 1n, max: AMOUNT }) }));
type Happening = { step: number } | { part: bigint };

function live(happenings: readonly Happening[]): SessionChange {
  const begun = stepSession(resumeSession(fresh), 'PROCESSING', { source: 'PROVIDER_ANSWER', occurredAt: now }, now);
  return happenings.reduce((at, one, index) => {
    const { session } = at;
    const state = session.state ?? 'PROCESSING';
    if ('step' in one) {
      const to = allowedSteps[state][one.step % Math.max(1, allowedSteps[state].length)];
      return to ? stepSession(at, to, { source: 'POLL', occurredAt: now }, now) : at;
    }
    const left = session.amountMinor - session.refundedMinor;
    if (!refundableStates.includes(state) || left === 0n) return at;
    const amountMinor = one.part < left ? one.part : left;
    const entry = givenBack(session, { id: `crf_${index}`, amountMinor }, now);
    return touchSession(at, { refundedMinor: session.refundedMinor + amountMinor }, now, [entry]);
  }, begun);
}

test('At every moment the partner is owed what was lent and not given back, and somebody owes us just that.', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 12 }), (happenings) => {
      const change = live(happenings);
      const { state, refundedMinor } = change.session;
      const sums = { 'lender-receivable': 0n, 'partner-payable': 0n, settlement: 0n, ...balances(change) };
      const lent = state === 'AUTHORIZED' || state === 'CHARGED' ? AMOUNT - refundedMinor : 0n;
      expect(sums).toEqual({
        'partner-payable': lent,
        'lender-receivable': state === 'AUTHORIZED' ? lent : 0n,
        settlement: state === 'CHARGED' ? lent : 0n,
      });
    }),
  );
});

test('Each version is told of once, each entry can stand in the books once, and an end is an end.', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 12 }), (happenings) => {
      const { session, events, drafts } = live(happenings);
      const versions = events.map(({ data }) => (data.kind === 'creditSession' ? data.session.version : 0));
      expect(versions).toEqual(Array.from({ length: session.version }, (_, index) => index + 1));
      const names = drafts.map(({ code, reference }) => `${code} ${reference}`);
      expect(new Set(names).size).toBe(names.length);
      if (session.state && isFinal(session.state))
        expect(session.refundedMinor).toBe(session.state === 'CANCELLED' ? 0n : AMOUNT);
    }),
  );
});
