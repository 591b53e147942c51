import { present } from '../lib/assert.ts';
import { formatAmount } from '../money/money.ts';
import type { LedgerAccountRef } from './account.ts';
import * as entries from './entries.ts';
import type { JournalEntryDraft, PostingDraft } from './posting.ts';

/** Names that read well in a table; nothing of this is posted. */
const about = { partnerId: 'partner', currency: 'RUB', reference: 'payment', occurredAt: new Date(0) };
const [amount, fee] = [100_000n, 1_500n];
const payout = { ...about, amount, fee, walletId: 'A', providerAccountId: 'mbank' };

const holdsOf = (draft: JournalEntryDraft) =>
  draft.postings.map(({ holdId, debit, credit, amount }) => ({ id: present(holdId, 'a hold'), debit, credit, amount }));

/** One example of every function of the catalogue; a new function does not compile until it has one here. */
export const examples: Record<keyof typeof entries, () => JournalEntryDraft> = {
  topUpSettled: () => entries.topUpSettled({ ...about, amount, walletId: 'A' }),
  topUpCompleted: () => entries.topUpCompleted({ ...about, amount, fee, walletId: 'A', providerAccountId: 'mbank' }),
  mirrorAdjusted: () => entries.mirrorAdjusted({ ...about, amount: -amount, walletId: 'A' }),
  transferReceived: () => entries.transferReceived({ ...about, amount, walletId: 'B' }),
  currencyBought: () => entries.currencyBought({ ...about, currency: 'USD', amount, walletId: 'A' }),
  houseMoved: () => entries.houseMoved({ ...about, amount, providerAccountId: 'qiwi' }),
  transferCompleted: () => entries.transferCompleted({ ...about, amount, fee, fromWalletId: 'A', toWalletId: 'B' }),
  payoutHeld: () => entries.payoutHeld(payout),
  payoutCompleted: () => entries.payoutCompleted({ ...about, holds: holdsOf(entries.payoutHeld(payout)) }),
  payoutProven: () => entries.payoutProven({ ...about, amount: 101_500n, walletId: 'A', providerAccountId: 'mbank' }),
  payoutVoided: () => entries.payoutVoided({ ...about, holds: holdsOf(entries.payoutHeld(payout)) }),
  holdExpired: () => {
    const [hold] = holdsOf(entries.payoutHeld(payout));
    return entries.holdExpired({ ...about, hold: present(hold, 'a hold') });
  },
  transitReceived: () => entries.transitReceived({ ...about, amount: amount + fee, providerAccountId: 'mbank' }),
  transitDelivered: () => entries.transitDelivered({ ...about, amount, fee, providerAccountId: 'qiwi' }),
  transitLanded: () => entries.transitLanded({ ...about, amount: amount + fee, walletId: 'A' }),
  transitReturned: () => entries.transitReturned({ ...about, amount: amount + fee, providerAccountId: 'mbank' }),
  transferRefunded: () => entries.transferRefunded({ ...about, amount, fromWalletId: 'B', toWalletId: 'A' }),
  creditAuthorized: () => entries.creditAuthorized({ ...about, amount, providerAccountId: 'diwa' }),
  creditGivenBack: () => entries.creditGivenBack({ ...about, amount, providerAccountId: 'diwa' }),
  creditCharged: () => entries.creditCharged({ ...about, amount, providerAccountId: 'diwa' }),
  creditRepaid: () => entries.creditRepaid({ ...about, amount, providerAccountId: 'diwa' }),
  reversed: () => {
    const { id, postings } = examples.transferCompleted();
    return entries.reversed({ ...about, entryId: id, postings });
  },
};

/** `wallet:A:RUB` → `wallet A`; the partner and the currency go without saying. */
const nameOf = ({ code }: LedgerAccountRef): string =>
  code
    .split(':')
    .slice(0, -1)
    .filter((part) => part !== about.partnerId)
    .join(' ');

const text = (minor: bigint, currency: string): string => formatAmount({ minor, currency });
const change = (minor: bigint, currency: string): string =>
  minor === 0n ? '·' : `${minor > 0n ? '+' : ''}${text(minor, currency)}`;

function columns(rows: string[][], rightFrom: number): string[] {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => (row[index] ?? '').length)));
  const cell = (value: string, index: number) =>
    index >= rightFrom ? value.padStart(widths[index] ?? 0) : value.padEnd(widths[index] ?? 0);
  return rows.map((row) => row.map(cell).join('   ').trimEnd());
}

interface Effect {
  account: LedgerAccountRef;
  posted: bigint;
  reservedOut: bigint;
  reservedIn: bigint;
}

/** What an entry does to each account, on its normal side. */
function effects(postings: PostingDraft[]): Effect[] {
  const byAccount = new Map<string, Effect>();
  for (const { kind, debit, credit, amount } of postings) {
    const posted = kind === 'POST' || kind === 'CAPTURE' ? amount : 0n;
    const held = kind === 'HOLD' ? amount : kind === 'POST' ? 0n : -amount;
    for (const account of [debit, credit]) {
      const debitNormal = account.kind === 'ASSET' || account.kind === 'EXPENSE';
      const grows = (account === debit) === debitNormal;
      const effect = byAccount.get(account.id) ?? { account, posted: 0n, reservedOut: 0n, reservedIn: 0n };
      effect.posted += grows ? posted : -posted;
      if (grows) effect.reservedIn += held;
      else effect.reservedOut += held;
      byAccount.set(account.id, effect);
    }
  }
  return [...byAccount.values()];
}

/** An entry as a text table: its lines, then what each account has more or less of afterwards. */
export function renderEntry({ code, postings }: JournalEntryDraft): string {
  const lines = postings.map(({ kind, debit, credit, amount }) => [
    kind.toLowerCase(),
    nameOf(debit),
    nameOf(credit),
    text(amount, debit.currency),
  ]);
  const accounts = effects(postings).map(({ account, posted, reservedOut, reservedIn }) => [
    nameOf(account),
    account.kind.toLowerCase(),
    ...[posted, reservedOut, reservedIn, posted - reservedOut].map((minor) => change(minor, account.currency)),
  ]);
  return [
    code,
    ...columns([['', 'debit', 'credit', 'amount'], ...lines], 3).map((line) => `  ${line}`),
    '',
    ...columns([['account', '', 'posted', 'reserved out', 'reserved in', 'available'], ...accounts], 2).map(
      (line) => `  ${line}`,
    ),
  ].join('\n');
}

/**
 * docs/money.md: every movement of the catalogue as a table.
 * @param source the text of entries.ts, whose comments say what each movement is
 */
export function renderMoney(source: string): string {
  const says = new Map<string, string>();
  for (const [, comment = '', name = ''] of source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const (\w+)/g)) {
    says.set(name, comment.replace(/\n \*/g, ' ').replace(/\s+/g, ' ').trim());
  }
  const sections = Object.entries(examples).map(
    ([name, example]) =>
      `## ${name}\n\n${present(says.get(name), `a comment on ${name}`)}\n\n\`\`\`text\n${renderEntry(example())}\n\`\`\`\n`,
  );
  return `# How money moves

Generated from \`src/ledger/entries.ts\` by \`npx tsx scripts/render-money.ts\`; a test keeps it true.

Every movement is a journal entry: an atomic list of lines, each of which moves an amount from one account to another, so
that debits equal credits by construction. The examples move 1000.00 with a fee of 15.00 where there is one; lines of zero
fall away. \`post\` moves money, \`hold\` reserves it, \`capture\` moves what was reserved, \`release\` gives it back.

Below the lines stands what each account has more or less of afterwards, on its normal side: a wallet is what we owe the
customer (liability), a settlement what a provider owes us (asset). \`available\` = posted − reserved out, and it may never
fall below zero on a wallet: the database refuses it.

${sections.join('\n')}`;
}
