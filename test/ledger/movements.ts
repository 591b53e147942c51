import fc from 'fast-check';
import * as catalogue from '../../src/ledger/entries.ts';
import type { JournalEntryDraft } from '../../src/ledger/posting.ts';
import { newId } from '../../src/lib/ids.ts';
import { occurredAt } from './books.ts';
import type { Model } from './model.ts';

/** One random movement: which entry of the catalogue, between whom, how much; `pick` chooses what it is about. */
export interface Movement {
  entry: keyof typeof catalogue | 'replay' | 'conflict';
  from: number;
  to: number;
  currency: 'RUB' | 'JPY';
  provider: number;
  amount: bigint;
  fee: bigint;
  pick: number;
}

/** A plain object, so that an entry can be chosen by its name. */
const entries = { ...catalogue };

const names = [...(Object.keys(catalogue) as (keyof typeof catalogue)[]), 'replay', 'conflict'] as const;

/** Money has to come in before it can go round, so that most movements are not refused. */
const weights: Partial<Record<(typeof names)[number], number>> = {
  topUpSettled: 4,
  topUpCompleted: 3,
  transferCompleted: 3,
  payoutHeld: 3,
};

/** Any movement of the catalogue, a replay of an earlier one, or its key with another amount. */
export const anyMovement: fc.Arbitrary<Movement> = fc.record({
  entry: fc.oneof(...names.map((name) => ({ arbitrary: fc.constant(name), weight: weights[name] ?? 1 }))),
  from: fc.nat(3),
  to: fc.nat(3),
  currency: fc.constantFrom('RUB', 'JPY'),
  provider: fc.nat(1),
  amount: fc.bigInt(1n, 400n),
  fee: fc.bigInt(0n, 5n),
  pick: fc.nat(1_000),
});

/** The scene of one run: one partner, a few wallets, two providers. */
export interface Scene {
  partnerId: string;
  wallets: string[];
  providers: string[];
}

const at = <T>(list: T[], index: number): T | undefined => (list.length ? list[index % list.length] : undefined);

/** The draft of a movement as things stand in the model, or null when there is nothing yet for it to be about. */
export function draftOf({ partnerId, wallets, providers }: Scene, model: Model, m: Movement): JournalEntryDraft | null {
  const about = {
    partnerId,
    currency: m.currency,
    reference: newId('Payment'),
    paymentId: newId('Payment'),
    occurredAt,
  };
  const walletId = wallets[m.from] ?? '';
  const between = {
    fromWalletId: walletId,
    toWalletId: wallets[m.to === m.from ? (m.to + 1) % wallets.length : m.to] ?? '',
  };
  const providerAccountId = providers[m.provider] ?? '';
  const all = { ...about, ...between, walletId, providerAccountId, amount: m.amount, fee: m.fee };
  const posted = [...model.entries.values()];
  const earlier = at(posted, m.pick);
  // closed holds too, so that their captures are refused
  const hold = at([...model.holds.values()], m.pick);
  const part = hold && { id: hold.id, debit: hold.debit, credit: hold.credit, amount: m.amount };
  const rest = part && hold.remaining > 0n ? { ...part, amount: hold.remaining } : part;
  switch (m.entry) {
    case 'replay':
      return earlier ? { ...earlier, id: newId('JournalEntry') } : null;
    case 'conflict':
      return earlier
        ? { ...entries.topUpSettled({ ...all, amount: 777n }), code: earlier.code, reference: earlier.reference }
        : null;
    case 'payoutHeld':
      return entries.payoutHeld({ ...all, providerAccountId: m.pick % 2 ? providerAccountId : null });
    case 'payoutCompleted':
    case 'payoutVoided':
      return part && rest ? entries[m.entry]({ ...about, holds: [m.pick % 3 ? rest : part] }) : null;
    case 'holdExpired':
      return rest ? entries.holdExpired({ ...about, reference: rest.id, hold: rest }) : null;
    case 'reversed': {
      const moved = earlier?.postings.filter(({ kind }) => kind === 'POST' || kind === 'CAPTURE') ?? [];
      return earlier && moved.length
        ? entries.reversed({ ...about, reference: earlier.id, entryId: earlier.id, postings: moved })
        : null;
    }
    default:
      return entries[m.entry](all);
  }
}
