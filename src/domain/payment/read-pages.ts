import { perDatabase, shareStatement } from '../../db/adaptive.ts';
import { byteRows } from '../../db/byte-rows.ts';
import type { Database } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { RowReader } from '../../db/row-reader.ts';
import { bytesOf, maybeAt, textRows } from '../../db/text-rows.ts';
import type { TenantViewer } from '../access/viewer.ts';
import type { PhoneOfWallet } from '../wallet/phone.ts';
import { BriefPayment, paymentColumns, paymentOf } from './payment-row.ts';

/** Which part of a wallet's history is wanted, and by whom. */
export interface HistoryPage {
  viewer: TenantViewer;
  walletId: string;
  /** Only what is older than the payment with this id. */
  after: string | null;
  take: number;
  /** No more of each payment is wanted than a `BriefPayment` has. */
  isBrief: boolean;
}

/** A payment of a wallet, and what is to be shown of the wallet on its other side; null where there is none of this partner's. */
export interface HistoryRow {
  payment: Payment;
  other: PhoneOfWallet | null;
}

/** Greater than the id of any payment, in every collation. */
const NEWEST = 'pay_z';

/** What `visiblePayments` lets a viewer see, for the viewer of the key `k`. */
const visible = (p: string) => `${p}.partner_id = k.partner_id AND (k.customer_id IS NULL
  OR ${p}.source_customer_id = k.customer_id
  OR ${p}.destination_customer_id = k.customer_id AND (${p}.source_wallet_id IS NULL OR ${p}.status IN ('COMPLETED', 'REVERSED')))`;

/** One side of a wallet’s history by its own index: no more rows are read than are shown, and no more of each than is wanted. */
const side = (
  columns: string,
  where: string,
) => `(SELECT ${columns} FROM payment p WHERE ${where} AND p.id < k.after AND ${visible('p')}
  ORDER BY p.id DESC LIMIT k.take)`;

/**
 * The arrays stand in subqueries, so that the plan is the same for every number of keys and is kept. `LIMIT 1` keeps the wallets of the other sides from being
 * collected whole, which the planner thinks cheap while there are few thousands of them.
 */
const statement = (isBrief: boolean) => {
  const columns = paymentColumns('p', isBrief);
  return {
    name: isBrief ? 'brief_history_pages' : 'history_pages',
    text: `SELECT k.n, o.id, o.customer_id, o.phone_sealed, ${columns}
    FROM unnest((SELECT $1::text[]), (SELECT $2::text[]), (SELECT $3::text[]), (SELECT $4::text[]), (SELECT $5::int[]))
      WITH ORDINALITY k(wallet_id, partner_id, customer_id, after, take, n)
    CROSS JOIN LATERAL (SELECT * FROM (${side(columns, 'p.source_wallet_id = k.wallet_id')} UNION ALL
      ${side(columns, 'p.destination_wallet_id = k.wallet_id AND p.source_wallet_id IS DISTINCT FROM k.wallet_id')}) p
      ORDER BY p.id DESC LIMIT k.take) p
    LEFT JOIN LATERAL (SELECT o.id, o.customer_id, o.phone_sealed FROM wallet o WHERE o.partner_id = k.partner_id
      AND o.id = CASE p.source_wallet_id WHEN k.wallet_id THEN p.destination_wallet_id ELSE p.source_wallet_id END LIMIT 1) o ON true
    ORDER BY k.n, p.id DESC`,
  };
};
const PAGES = statement(false);
const BRIEF_PAGES = statement(true);

const pages = perDatabase((db) => ({
  whole: shareStatement((keys: readonly HistoryPage[]) => readWhole(db, keys), { most: 32 }),
  brief: shareStatement((keys: readonly HistoryPage[]) => readBrief(db, keys), { most: 32 }),
}));

/** A page of a wallet's payments, newest first, as far as the viewer may know of them. */
export const readHistory = (db: Database, page: HistoryPage): Promise<HistoryRow[]> =>
  (page.isBrief ? pages(db).brief : pages(db).whole).load(page);

const asked = (sql: ReturnType<typeof statement>, keys: readonly HistoryPage[]) => ({
  ...sql,
  values: [
    keys.map(({ walletId }) => walletId),
    keys.map(({ viewer }) => viewer.partnerId),
    keys.map(({ viewer }) => (viewer.kind === 'CUSTOMER' ? viewer.customerId : null)),
    keys.map(({ after }) => after ?? NEWEST),
    keys.map(({ take }) => take),
  ],
});

async function readWhole(db: Database, keys: readonly HistoryPage[]): Promise<HistoryRow[][]> {
  const answers: HistoryRow[][] = keys.map(() => []);
  for (const row of await textRows(db, asked(PAGES, keys))) {
    const [number, id = null, customerId = null] = row;
    const other = id === null ? null : { id, customerId, phoneSealed: maybeAt(row, 3, bytesOf) };
    answers[Number(number) - 1]?.push({ payment: paymentOf(row, 4), other });
  }
  return answers;
}

async function readBrief(db: Database, keys: readonly HistoryPage[]): Promise<HistoryRow[][]> {
  const answers: HistoryRow[][] = keys.map(() => []);
  const reader = new RowReader();
  for (const row of await byteRows(db, asked(BRIEF_PAGES, keys))) {
    reader.begin(row);
    const number = Number(reader.bigint());
    const [id, customerId, phoneSealed] = [reader.text(), reader.text(), reader.rawBytes()];
    const other = id === null ? null : { id, customerId, phoneSealed };
    answers[number - 1]?.push({ payment: new BriefPayment(reader) as Payment, other });
  }
  return answers;
}
