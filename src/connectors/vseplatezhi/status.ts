import type { DocumentedRefusal } from '../connector.ts';
import type { DeclineReason, Refusal, Remedy } from '../outcome.ts';
import type { IdentificationLevel, PaymentKind } from '../values.ts';
import type { LimitKind } from '../wallets.ts';

/** Contract 3.1: a number in questions, a word in answers (trap T-07). A word that is not here is no level. */
export const levels = {
  NONE: { code: '0', word: 'ELEMENTARY' },
  SIMPLIFIED: { code: '1', word: 'PERSONALIZED' },
  FULL: { code: '2', word: 'IDENTIFIED' },
} as const satisfies Record<IdentificationLevel, { code: string; word: string }>;

/** From the lowest to the highest. */
export const levelOrder = ['NONE', 'SIMPLIFIED', 'FULL'] as const satisfies IdentificationLevel[];

/** What a word stands for; null for one that is in no table. */
export const levelOf = (word: string): IdentificationLevel | null =>
  levelOrder.find((level) => levels[level].word === word) ?? null;

/** The word of a wallet that was deactivated. */
export const CLOSED = 'CLOSED';

/** Contract 3.5: what a line of the report is. */
export const operationTypes: Readonly<Record<string, { kind: PaymentKind; direction: 'IN' | 'OUT' }>> = {
  CREDIT: { kind: 'TOP_UP', direction: 'IN' },
  DEBIT: { kind: 'PAYOUT', direction: 'OUT' },
  PAYMENT: { kind: 'PAYOUT', direction: 'OUT' },
  REFUND: { kind: 'REFUND', direction: 'IN' },
};

/** Contract 3.5: what a limit of a type caps. */
export const limitKinds = { CREDIT: 'TOP_UP', PAYMENT: 'PAYMENT', DEBIT: 'PAYOUT' } as const satisfies Record<
  string,
  LimitKind
>;
export const limitTypes = ['CREDIT', 'PAYMENT', 'DEBIT'] as const satisfies (keyof typeof limitKinds)[];

type Meaning = Omit<DocumentedRefusal, 'code'> & Pick<Refusal, 'blame'>;

const meaning = (
  remedy: Remedy,
  declineReason: DeclineReason,
  errorCode: Refusal['errorCode'] = 'PROVIDER_REJECTED',
  blame: Refusal['blame'] = 'PAYMENT',
): Meaning => ({ remedy, errorCode, declineReason, blame });

/** Contract 4.3. */
const byCode: Readonly<Record<string, Meaning>> = {
  INSUFFICIENT_FUNDS: meaning('CHANGE_INPUT', 'INSUFFICIENT_FUNDS', 'INSUFFICIENT_FUNDS'),
  ONE_TIME_LIMIT_EXCEEDED: meaning('CHANGE_INPUT', 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'),
  MONTH_LIMIT_EXCEEDED: meaning('RETRY_LATER', 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'),
  BALANCE_LIMIT_EXCEEDED: meaning('CHANGE_INPUT', 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'),
  OPERATION_DISABLED: meaning('CHANGE_INPUT', 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'),
  LIMIT_ABOVE_SYSTEM: meaning('CHANGE_INPUT', 'LIMIT_EXCEEDED'),
  WALLET_CLOSED: meaning('NONE', 'PROVIDER_REFUSED', 'WALLET_STATE'),
  WALLET_BALANCE_NOT_ZERO: meaning('CHANGE_INPUT', 'PROVIDER_REFUSED', 'WALLET_STATE'),
  OPERATION_TOKEN_UNKNOWN: meaning('NONE', 'PROVIDER_REFUSED'),
  OPERATION_TOKEN_USED: meaning('NONE', 'PROVIDER_REFUSED', 'CONFLICT'),
  OPERATION_TOKEN_EXPIRED: meaning('CHANGE_INPUT', 'EXPIRED'),
  TSP_UNKNOWN: meaning('NONE', 'RECIPIENT_REFUSED'),
  BANK_UNKNOWN: meaning('CHANGE_INPUT', 'RECIPIENT_REFUSED'),
  INTERNAL_ERROR: meaning('RETRY_LATER', 'INTERNAL_ERROR', 'PROVIDER_UNAVAILABLE', 'PROVIDER'),
};

/** Every code of the table. */
export const refusals: readonly DocumentedRefusal[] = Object.entries(byCode).map(([code, about]) => ({
  code,
  ...about,
}));

/** Says nothing of what was done (contract 4.3: retryable for reads only). */
export const INTERNAL_ERROR = 'INTERNAL_ERROR';

const client = meaning('NONE', 'PROVIDER_REFUSED', 'PROVIDER_REJECTED', 'PROVIDER');

/** Contract 4.1: what a refusal without a code of 4.3 means. */
const byStatus: Readonly<Record<number, Meaning>> = {
  400: meaning('CHANGE_INPUT', 'INVALID_DATA'),
  401: { ...client, remedy: 'CHANGE_INPUT' },
  403: client,
  404: client,
  405: client,
};

/** A code that is in no table is terminal (contract 4.1). */
const foreign = meaning('NONE', 'PROVIDER_REFUSED');

/**
 * What a refusal means: by its code where it has one, else by its status.
 * @returns undefined when neither is documented: then nothing is proven
 */
export function meaningOf(status: number, code: string | null): Meaning | undefined {
  if (code !== null && Object.hasOwn(byCode, code)) return byCode[code];
  // 500 is how this provider says no, and only with a code (trap T-04)
  return status === 500 && code !== null ? foreign : byStatus[status];
}
