import type { Sql } from '../../db/sql-transaction.ts';
import type { Progress } from '../payment/progress.ts';
import { notificationsOf, type Wishes } from './announce-payments.ts';
import { newsOf } from './model.ts';

const WISHES = {
  name: 'notification_wishes',
  text: `SELECT id, notification_channel AS "notificationChannel", notification_period AS "notificationPeriod"
    FROM customer WHERE id = ANY ($1) AND notification_channel <> 'NONE'`,
};
const WRITE = {
  name: 'write_notifications',
  text: `INSERT INTO notification (payment_id, version, customer_id, medium, partner_id, kind, period, occurred_at, due_at, next_at,
      created_at)
    SELECT "paymentId", version, "customerId", medium, "partnerId", kind, period, "occurredAt", "dueAt", "nextAt", "createdAt"
    FROM jsonb_to_recordset($1::jsonb) AS ("paymentId" text, version int, "customerId" text, medium notification_medium,
      "partnerId" text, kind notification_kind, period notification_period, "occurredAt" timestamptz, "dueAt" timestamptz,
      "nextAt" timestamptz, "createdAt" timestamptz)`,
};

/** As `announcePayments`, in a transaction that is not Prisma's. */
export async function announceInGroup(sql: Sql, progresses: Progress[], now: Date): Promise<void> {
  const news = newsOf(progresses, now);
  if (news.length === 0) return;
  const ids = [...new Set(news.map(({ customerId }) => customerId))];
  const rows = notificationsOf(news, await sql.rows<Wishes>(WISHES, [ids]), now);
  if (rows.length > 0) await sql.rows(WRITE, [JSON.stringify(rows)]);
}
