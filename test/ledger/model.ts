import type { LedgerAccountRef } from '../../src/ledger/account.ts';
import type { Counters } from '../../src/ledger/post.ts';
import type { HoldRef, JournalEntryDraft, PostingDraft } from '../../src/ledger/posting.ts';

interface ModelHold extends HoldRef {
  remaining: bigint;
}

/** What the books would answer: the verdict, or the reason of the refusal. */
export type ModelVerdict =
  | 'POSTED'
  | 'REPLAYED'
  | 'CONFLICT'
  | 'INSUFFICIENT_FUNDS'
  | 'CURRENCY_MISMATCH'
  | 'HOLD_NOT_OPEN'
  | 'HOLD_EXCEEDED';

/** The ledger in plain maps, one posting after another: what the real one is compared with. */
export class Model {
  counters = new Map<string, Counters>();
  holds = new Map<string, ModelHold>();
  entries = new Map<string, JournalEntryDraft>();

  /** Posts one entry, or says why not and leaves everything as it was. */
  post(draft: JournalEntryDraft): ModelVerdict {
    const key = `${draft.code} ${draft.reference}`;
    const twin = this.entries.get(key);
    if (twin) return same(twin, draft) ? 'REPLAYED' : 'CONFLICT';
    const before = {
      counters: structuredClone(this.counters),
      holds: new Map([...this.holds].map(([id, h]) => [id, { ...h }])),
    };
    const refusal = this.move(draft.postings);
    if (refusal) {
      Object.assign(this, before);
      return refusal;
    }
    this.entries.set(key, draft);
    return 'POSTED';
  }

  /** What `post` would answer, without posting. */
  ask(draft: JournalEntryDraft): ModelVerdict {
    const copy = new Model();
    copy.counters = structuredClone(this.counters);
    copy.holds = new Map([...this.holds].map(([id, hold]) => [id, { ...hold }]));
    copy.entries = new Map(this.entries);
    return copy.post(draft);
  }

  of({ id }: LedgerAccountRef): Counters {
    const counters = this.counters.get(id) ?? {
      postedDebits: 0n,
      postedCredits: 0n,
      pendingDebits: 0n,
      pendingCredits: 0n,
    };
    this.counters.set(id, counters);
    return counters;
  }

  private move(postings: PostingDraft[]): ModelVerdict | null {
    for (const posting of postings) {
      const { kind, debit, credit, amount } = posting;
      if (debit.currency !== credit.currency) return 'CURRENCY_MISMATCH';
      const refusal = this.takeHold(posting);
      if (refusal) return refusal;
      if (kind === 'POST' || kind === 'CAPTURE') {
        this.of(debit).postedDebits += amount;
        this.of(credit).postedCredits += amount;
      }
      if (kind !== 'POST') {
        this.of(debit).pendingDebits += kind === 'HOLD' ? amount : -amount;
        this.of(credit).pendingCredits += kind === 'HOLD' ? amount : -amount;
      }
    }
    const overdrawn = postings
      .flatMap(({ debit, credit }) => [debit, credit])
      .some((account) => {
        const { postedDebits, postedCredits, pendingDebits } = this.of(account);
        return !account.overdraft && postedCredits - postedDebits - pendingDebits < 0n;
      });
    return overdrawn ? 'INSUFFICIENT_FUNDS' : null;
  }

  private takeHold({ kind, debit, credit, amount, holdId }: PostingDraft): ModelVerdict | null {
    if (kind === 'POST' || holdId === null) return null;
    if (kind === 'HOLD') {
      this.holds.set(holdId, { id: holdId, debit, credit, remaining: amount });
      return null;
    }
    const hold = this.holds.get(holdId);
    if (!hold || hold.remaining === 0n || hold.debit.id !== debit.id || hold.credit.id !== credit.id)
      return 'HOLD_NOT_OPEN';
    if (hold.remaining < amount) return 'HOLD_EXCEEDED';
    hold.remaining -= amount;
    return null;
  }
}

function same(a: JournalEntryDraft, b: JournalEntryDraft): boolean {
  const text = ({ postings }: JournalEntryDraft) =>
    postings
      .map((p) => [p.kind, p.debit.id, p.credit.id, p.amount, p.kind === 'HOLD' ? '' : p.holdId].join(' '))
      .join('\n');
  return text(a) === text(b);
}
