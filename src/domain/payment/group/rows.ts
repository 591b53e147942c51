import { plainArray, textArray, timeArray } from '../../../db/arrays.ts';
import { type Payment, type PaymentTransition, Prisma } from '../../../db/generated/client.ts';
import type { Sql } from '../../../db/sql-transaction.ts';
import { assert, present } from '../../../lib/assert.ts';
import { isoText } from '../../../lib/iso-text.ts';
import { newPayment } from '../new-payment.ts';
import type { Progress } from '../progress.ts';

/** The names of a row's fields are those of its columns, in another spelling (prisma/schema.prisma). */
const columnOf = (field: string): string => `"${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}"`;
const fields = Object.keys(Prisma.PaymentScalarFieldEnum) as (keyof Payment)[];
const selected = fields.map((field) => `p.${columnOf(field)} AS "${field}"`).join(', ');
const amounts = ['amountMinor', 'feeMinor', 'refundedMinor', 'destinationMinor'] as const;

/** A row as pg reads it: its bigint are text. */
type PaymentRow = Omit<Payment, (typeof amounts)[number]> & Record<(typeof amounts)[number], string | null>;

function toPayment(row: PaymentRow): Payment {
  const read: Record<string, unknown> = row;
  for (const name of amounts) read[name] = row[name] === null ? null : BigInt(row[name]);
  return read as unknown as Payment;
}

const LOCK = {
  name: 'lock_transfers',
  text: `SELECT ${selected} FROM payment p JOIN unnest($1::text[], $2::text[]) AS n(id, partner_id) USING (id, partner_id)
    WHERE p.kind = 'TRANSFER' AND p.provider_account_id IS NULL
      -- what pays an invoice changes the invoice, too
      AND NOT EXISTS (SELECT FROM invoice i WHERE i.payer_wallet_id = p.source_wallet_id AND i.payment_id = p.id)
    ORDER BY p.id FOR UPDATE OF p`,
};
const FIND = { name: 'find_payments', text: `SELECT ${selected} FROM payment p WHERE p.id = ANY ($1)` };
/** What a transfer between wallets here says of itself; whatever else a payment can have it has not (`newPayment`). */
const own = {
  id: 'text',
  partnerId: 'text',
  idempotencyKey: 'text',
  kind: 'payment_kind',
  status: 'payment_status',
  version: 'int',
  amountMinor: 'bigint',
  feeMinor: 'bigint',
  currency: 'text',
  sourceWalletId: 'text',
  destinationWalletId: 'text',
  sourceCustomerId: 'text',
  destinationCustomerId: 'text',
  note: 'text',
  seen: 'bool',
  createdAt: 'timestamptz',
  confirmedAt: 'timestamptz',
  completedAt: 'timestamptz',
  expiresAt: 'timestamptz',
} as const satisfies Partial<Record<keyof Payment, string>>;
const ownFields = Object.keys(own) as (keyof typeof own)[];
const others = fields.filter((field) => !(field in own));
const ownColumns = ownFields.map(columnOf).join(', ');
const CREATE = {
  name: 'create_transfers',
  text: `INSERT INTO payment (${ownColumns})
    SELECT ${ownFields.map((field) => `${columnOf(field)}::${own[field]}`).join(', ')}
    FROM unnest(${ownFields.map((_, at) => `$${at + 1}::text[]`).join(', ')}) AS n(${ownColumns})`,
};
const CHANGE = {
  name: 'change_payments',
  text: `UPDATE payment p SET status = n.status::payment_status, version = n.version, seen = n.seen, confirmed_at = n.confirmed_at,
      completed_at = n.completed_at, expires_at = NULL
    FROM unnest($1::text[], $2::int[], $3::text[], $4::int[], $5::bool[], $6::timestamptz[], $7::timestamptz[])
      AS n(id, stored, status, version, seen, confirmed_at, completed_at)
    WHERE p.id = n.id AND p.version = n.stored RETURNING p.id`,
};
const TRANSITIONS = {
  name: 'create_transitions',
  text: `INSERT INTO payment_transition (payment_id, version, "from", "to", reason, source, message, occurred_at, recorded_at)
    SELECT payment_id, version, "from"::payment_status, "to"::payment_status, reason::transition_reason, source::transition_source,
      message, occurred_at, recorded_at
    FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[])
      AS n(payment_id, version, "from", "to", reason, source, message, occurred_at, recorded_at)`,
};

/** Locks the transfers among these payments that are carried out here and pay no invoice, and reads them; by id. */
export async function lockTransfers(
  sql: Sql,
  asked: { paymentId: string; viewer: { partnerId: string } }[],
): Promise<Map<string, Payment>> {
  if (asked.length === 0) return new Map();
  const values = [
    textArray(asked.map(({ paymentId }) => paymentId)),
    textArray(asked.map(({ viewer }) => viewer.partnerId)),
  ];
  const rows = await sql.rows<PaymentRow>(LOCK, values);
  return new Map(rows.map((row) => [row.id, toPayment(row)]));
}

/** Payments by their ids. */
export async function findPayments(sql: Sql, ids: string[]): Promise<Map<string, Payment>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.rows<PaymentRow>(FIND, [ids]);
  return new Map(rows.map((row) => [row.id, toPayment(row)]));
}

/** Writes rows and timelines of transfers, new ones and those that were locked. */
export async function writeTransfers(sql: Sql, progresses: Progress[]): Promise<void> {
  const created = progresses.filter(({ storedVersion }) => storedVersion === 0);
  const changed = progresses.filter(({ storedVersion }) => storedVersion > 0);
  const transitions = progresses.flatMap((progress) => progress.transitions);
  await Promise.all([
    created.length > 0 && create(sql, created),
    changed.length > 0 && change(sql, changed),
    createTransitions(sql, transitions),
  ]);
}

async function create(sql: Sql, progresses: Progress[]): Promise<void> {
  const payments = progresses.map(({ payment }) => payment);
  for (const payment of payments) {
    const known: Pick<Payment, 'id' | 'partnerId' | 'amountMinor' | 'currency' | 'createdAt'> = payment;
    const plain = newPayment('TRANSFER', known);
    assert(
      others.every((field) => payment[field] === plain[field]),
      'a transfer between wallets here has no more than its own columns',
    );
  }
  await sql.rows(
    CREATE,
    ownFields.map((field) => textArray(payments.map((payment) => textOf(payment[field])))),
  );
}

const textOf = (value: string | number | bigint | boolean | Date | null): string | null =>
  value === null ? null : value instanceof Date ? isoText(value) : String(value);

async function createTransitions(sql: Sql, rows: PaymentTransition[]): Promise<void> {
  if (rows.length === 0) return;
  await sql.rows(TRANSITIONS, [
    textArray(rows.map(({ paymentId }) => paymentId)),
    plainArray(rows.map(({ version }) => version)),
    textArray(rows.map(({ from }) => from)),
    textArray(rows.map(({ to }) => to)),
    textArray(rows.map(({ reason }) => reason)),
    textArray(rows.map(({ source }) => source)),
    textArray(rows.map(({ message }) => message)),
    timeArray(rows.map(({ occurredAt }) => occurredAt)),
    timeArray(rows.map(({ recordedAt }) => recordedAt)),
  ]);
}

async function change(sql: Sql, progresses: Progress[]): Promise<void> {
  const payments = progresses.map(({ payment }) => payment);
  const rows = await sql.rows(CHANGE, [
    textArray(payments.map(({ id }) => id)),
    plainArray(progresses.map(({ storedVersion }) => storedVersion)),
    textArray(payments.map(({ status }) => status)),
    plainArray(payments.map(({ version }) => version)),
    plainArray(payments.map(({ seen }) => seen)),
    timeArray(payments.map(({ confirmedAt }) => present(confirmedAt, 'when it was confirmed'))),
    timeArray(payments.map(({ completedAt }) => present(completedAt, 'when it was completed'))),
  ]);
  assert(rows.length === progresses.length, 'a payment changed under its lock');
}
