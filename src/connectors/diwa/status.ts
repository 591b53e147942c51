import type { NotificationChannel } from '../customers.ts';
import type { Refusal } from '../outcome.ts';
import type { IdentificationLevel } from '../values.ts';

/** Contract 3.2. */
export const channels = {
  EMAIL: 'M',
  SMS: 'P',
  EMAIL_AND_SMS: 'MP',
  NONE: 'N',
} as const satisfies Record<NotificationChannel, string>;

/** Contract 3.3: sent as text, as it is declared (trap T-05). */
export const identificationTypes = {
  NONE: '1',
  SIMPLIFIED: '2',
  FULL: '3',
} as const satisfies Record<IdentificationLevel, string>;

/** What a provider's word stands for; null for one that is in no table. */
export const wordFor = <Ours extends string>(words: Readonly<Record<Ours, string>>, theirs: string): Ours | null =>
  (Object.keys(words) as Ours[]).find((ours) => words[ours] === theirs) ?? null;

type Meaning = Pick<Refusal, 'remedy' | 'errorCode' | 'declineReason' | 'blame'>;

const ours: Meaning = {
  remedy: 'NONE',
  errorCode: 'PROVIDER_REJECTED',
  declineReason: 'PROVIDER_REFUSED',
  blame: 'PROVIDER',
};

/** Contract 4: the status alone decides. */
const byStatus: Readonly<Record<number, Meaning>> = {
  400: ours,
  401: { ...ours, remedy: 'CHANGE_INPUT' },
  404: { ...ours, errorCode: 'NOT_FOUND', blame: 'PAYMENT' },
  405: ours,
  422: { ...ours, remedy: 'CHANGE_INPUT', declineReason: 'INVALID_DATA', blame: 'PAYMENT' },
  429: { ...ours, remedy: 'RETRY_LATER' },
};

/**
 * What a refusal means. A redirect says that the headers were wrong (trap T-09).
 * @returns undefined when the status is not documented: then nothing is proven
 */
export const meaningOf = (status: number): Meaning | undefined =>
  status >= 300 && status < 400 ? ours : byStatus[status];
