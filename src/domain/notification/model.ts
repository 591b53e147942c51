import type { Payment } from '../../db/generated/client.ts';
import type {
  NotificationChannel,
  NotificationKind,
  NotificationMedium,
  NotificationPeriod,
  PaymentStatus,
} from '../../db/generated/enums.ts';
import { audience, type Progress } from '../payment/progress.ts';

/** Why nothing was sent. */
export type SkipReason = 'NO_EMAIL' | 'NO_PHONE' | 'NO_MAIL_SERVER' | 'NO_SMS_GATEWAY' | 'REFUSED';

/** What one customer may be told of one transition. */
export interface PaymentNews {
  payment: Pick<Payment, 'id' | 'partnerId'>;
  /** The payment's version that the transition made. */
  version: number;
  kind: NotificationKind;
  occurredAt: Date;
  customerId: string;
}

/** Which ways a channel stands for. */
export const mediaOf: Record<NotificationChannel, readonly NotificationMedium[]> = {
  EMAIL: ['EMAIL'],
  SMS: ['SMS'],
  EMAIL_AND_SMS: ['EMAIL', 'SMS'],
  NONE: [],
};

const kinds: Partial<Record<PaymentStatus, NotificationKind>> = {
  COMPLETED: 'COMPLETED',
  DECLINED: 'DECLINED',
  REVERSED: 'REVERSED',
};
const DAY_MS = 86_400_000;
/** What a provider tells of later than this is history, not news: linking an old wallet must not send years of mail. */
const NEWS_FOR_MS = DAY_MS;

/**
 * What happened to payments that their customers are told of: completed, declined, reversed. Who is told is who may know
 * (`audience`): the maker always, the payee once money has come.
 * @param now the instant of recording
 */
export function newsOf(progresses: Progress[], now: Date): PaymentNews[] {
  return progresses.flatMap(({ payment, transitions }) =>
    transitions.flatMap(({ to, version, occurredAt }) => {
      const kind = kinds[to];
      const old = payment.origin === 'PROVIDER' && now.getTime() - occurredAt.getTime() > NEWS_FOR_MS;
      if (!kind || old) return [];
      const told = audience({ ...payment, status: to });
      return told.map((customerId) => ({ payment, version, kind, occurredAt, customerId }));
    }),
  );
}

/**
 * When a customer is told of what is recorded now: at once, or when the day, the ISO week (it begins on Monday) or the month
 * is over. All of them are those of UTC.
 */
export function dueAt(period: NotificationPeriod, now: Date): Date {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  switch (period) {
    case 'INSTANT':
      return now;
    case 'DAY':
      return new Date(Date.UTC(year, month, day + 1));
    case 'WEEK':
      return new Date(Date.UTC(year, month, day + 7 - ((now.getUTCDay() + 6) % 7)));
    case 'MONTH':
      return new Date(Date.UTC(year, month + 1, 1));
  }
}

/** The first and the last day of a digest, as dates of UTC such as 2026-11-22. */
export function digestDays(period: Exclude<NotificationPeriod, 'INSTANT'>, due: Date): { first: string; last: string } {
  const first = new Date(due);
  if (period === 'MONTH') first.setUTCMonth(first.getUTCMonth() - 1);
  else first.setUTCDate(first.getUTCDate() - (period === 'WEEK' ? 7 : 1));
  const date = (at: Date) => at.toISOString().slice(0, 10);
  return { first: date(first), last: date(new Date(due.getTime() - DAY_MS)) };
}
