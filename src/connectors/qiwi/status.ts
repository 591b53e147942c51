import type { DocumentedRefusal } from '../connector.ts';
import type { DeclineReason, Refusal, Remedy } from '../outcome.ts';
import type { IdentificationLevel, PaymentStatus } from '../values.ts';

/** Contract 3.1: the word of an accepted request, then those of the history. A word that is not here is UNKNOWN. */
export const paymentStatuses: Readonly<Record<string, PaymentStatus>> = {
  Accepted: 'PROCESSING',
  WAITING: 'PROCESSING',
  SUCCESS: 'COMPLETED',
  ERROR: 'DECLINED',
};

/** Contract 3.3; SIMPLE proves nothing about the owner (trap T13). */
export const levels: Readonly<Record<string, IdentificationLevel>> = {
  ANONYMOUS: 'NONE',
  SIMPLE: 'NONE',
  VERIFIED: 'SIMPLIFIED',
  FULL: 'FULL',
};

/** Provider ids that the connector itself has to know (contract 2.7, 2.10). */
export const services = {
  transfer: '99',
  exchange: '1099',
  nickname: '99999',
  foreignVisa: '1960',
  foreignMastercard: '21012',
  kazakhCard: '27292',
  requisites: '1717',
  cardPackage: '28004',
  paidCard: '32064',
} as const;

type Row = [
  codes: string,
  remedy: Remedy,
  errorCode: Refusal['errorCode'],
  declineReason: DeclineReason,
  blame?: 'PROVIDER',
];

const ASK = 'CHANGE_INPUT';
const NO = 'NONE';
const LATER = 'RETRY_LATER';

/**
 * The error table of contract 4.2, codes of one meaning in one row. Classes: retryable → RETRY_LATER, user-fixable →
 * CHANGE_INPUT, terminal → NONE.
 */
const rows: Row[] = [
  // technical
  ['3 202 300 750', LATER, 'PROVIDER_REJECTED', 'INTERNAL_ERROR', 'PROVIDER'],
  ['8 271', LATER, 'PROVIDER_REJECTED', 'INTERNAL_ERROR'],
  ['749', NO, 'PROVIDER_REJECTED', 'INTERNAL_ERROR', 'PROVIDER'],
  ['461 901', LATER, 'PROVIDER_REJECTED', 'EXPIRED'],
  ['893', NO, 'PROVIDER_REJECTED', 'EXPIRED'],
  // what the payer has given
  ['4 5 303', ASK, 'PROVIDER_REJECTED', 'INVALID_DATA'],
  ['522 547 7000', ASK, 'PROVIDER_REJECTED', 'INVALID_DATA'],
  ['548', NO, 'PROVIDER_REJECTED', 'INVALID_DATA'],
  ['241 254', ASK, 'PROVIDER_REJECTED', 'INVALID_DATA'],
  ['408', ASK, 'PROVIDER_REJECTED', 'PROVIDER_REFUSED'],
  // the recipient
  ['57 167', ASK, 'PROVIDER_REJECTED', 'RECIPIENT_REFUSED'],
  ['500 561 702', NO, 'PROVIDER_REJECTED', 'RECIPIENT_REFUSED'],
  // the payer's wallet
  ['166 204 319', ASK, 'IDENTIFICATION_REQUIRED', 'IDENTIFICATION_REQUIRED'],
  ['220 407 455 472', ASK, 'INSUFFICIENT_FUNDS', 'INSUFFICIENT_FUNDS'],
  ['242 558', ASK, 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'],
  ['700 704 705 716 717 757 866 867 943 1050', ASK, 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'],
  ['710 711 746 747 852', NO, 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'],
  ['131 797 7600', NO, 'PROVIDER_REJECTED', 'PROVIDER_REFUSED'],
];

export type RefusalRow = DocumentedRefusal & { blame: 'PROVIDER' | 'PAYMENT' };
type Meaning = Omit<RefusalRow, 'code'>;

/** Every code of the contract's section 4.2 but 0, which is none. */
export const refusals: readonly RefusalRow[] = rows.flatMap(([codes, remedy, errorCode, declineReason, blame]) =>
  codes.split(' ').map((code) => ({ code, remedy, errorCode, declineReason, blame: blame ?? 'PAYMENT' })),
);

const byCode = new Map<string, Meaning>(refusals.map((row) => [row.code, row]));

/** Codes that are in no table are terminal (contract 4.2, last line). */
const foreign: Meaning = {
  remedy: NO,
  errorCode: 'PROVIDER_REJECTED',
  declineReason: 'PROVIDER_REFUSED',
  blame: 'PAYMENT',
};

/** Contract 4.1: what a refusal without a code of 4.2 means. A status that is not here proves nothing. */
const byStatus: Readonly<Record<number, Meaning>> = {
  400: { remedy: NO, errorCode: 'PROVIDER_REJECTED', declineReason: 'INVALID_DATA', blame: 'PROVIDER' },
  401: { remedy: ASK, errorCode: 'PROVIDER_REJECTED', declineReason: 'PROVIDER_REFUSED', blame: 'PROVIDER' },
  403: { remedy: ASK, errorCode: 'PROVIDER_REJECTED', declineReason: 'PROVIDER_REFUSED', blame: 'PROVIDER' },
  404: { remedy: NO, errorCode: 'NOT_FOUND', declineReason: 'PROVIDER_REFUSED', blame: 'PAYMENT' },
  422: { remedy: ASK, errorCode: 'PROVIDER_REJECTED', declineReason: 'PROVIDER_REFUSED', blame: 'PAYMENT' },
  423: { remedy: LATER, errorCode: 'PROVIDER_REJECTED', declineReason: 'PROVIDER_REFUSED', blame: 'PROVIDER' },
  429: { remedy: LATER, errorCode: 'PROVIDER_REJECTED', declineReason: 'PROVIDER_REFUSED', blame: 'PROVIDER' },
};

/** Statuses of a request that was understood and refused for what it asks; the others are about the caller and the moment. */
const aboutTheRequest = new Set([400, 404, 422]);

/**
 * What a refusal means: by its code of 4.2 where the body has one (trap T6), else by its HTTP status.
 * @returns undefined when the status is not documented: then nothing is proven
 */
export function meaningOf(status: number, code: string | null): Meaning | undefined {
  const general = byStatus[status];
  if (!general || code === null || !aboutTheRequest.has(status)) return general;
  return byCode.get(code) ?? foreign;
}

/** Why the history calls a payment an ERROR, and whose fault that is, from its `errorCode`. */
export const declineOf = (errorCode: string): Pick<Meaning, 'declineReason' | 'blame'> => {
  const { declineReason, blame } = byCode.get(errorCode) ?? foreign;
  return { declineReason, blame };
};
