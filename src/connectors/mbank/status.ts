import type { DocumentedRefusal } from '../connector.ts';
import type { DeclineReason, Refusal, Remedy } from '../outcome.ts';
import type {
  CardState,
  IdentificationLevel,
  IdentificationStatus,
  InvoiceState,
  NotificationPeriod,
  PaymentKind,
  PaymentStatus,
} from '../values.ts';

/** Contract 3.1 with the words of 2014 (trap T-59). A word that is not here is UNKNOWN. */
export const paymentStatuses: Readonly<Record<string, PaymentStatus>> = {
  created: 'CREATED',
  processing: 'PROCESSING',
  completed: 'COMPLETED',
  finished: 'COMPLETED',
  declined: 'DECLINED',
  canceled: 'DECLINED',
};

/** Our statuses as the history filter takes them (contract 2.6). */
export const wireStatuses: Readonly<Partial<Record<PaymentStatus, string>>> = {
  CREATED: 'created',
  PROCESSING: 'processing',
  COMPLETED: 'completed',
  DECLINED: 'declined',
  REVERSED: 'declined',
};

export const paymentKinds = { in: 'TOP_UP', out: 'PAYOUT', p2p: 'TRANSFER', inout: 'TRANSIT' } as const;
export type WireType = keyof typeof paymentKinds;
export const wireTypes: Readonly<Partial<Record<PaymentKind, WireType>>> = {
  TOP_UP: 'in',
  PAYOUT: 'out',
  TRANSFER: 'p2p',
  TRANSIT: 'inout',
};

/** Contract 3.1: why a payment is declined. */
export const declineReasons: Readonly<Record<string, DeclineReason>> = {
  invalid_data: 'INVALID_DATA',
  insufficient_funds: 'INSUFFICIENT_FUNDS',
  internal_error: 'INTERNAL_ERROR',
};

/** Contract 3.3. */
export const cardStates: Readonly<Record<string, CardState>> = {
  created: 'CREATED',
  pending: 'PENDING',
  active: 'ACTIVE',
  failed: 'FAILED',
  used: 'USED',
  deleted: 'REMOVED',
};

/** Contract 3.4; null on the wire reads as created (trap T-30). */
export const invoiceStates: Readonly<Record<string, InvoiceState>> = {
  created: 'CREATED',
  canceled: 'CANCELLED',
  processing: 'PROCESSING',
  completed: 'COMPLETED',
  declined: 'DECLINED',
};

/** Contract 3.5; limits say `verified` for `identified` (trap T-38). */
export const levels: Readonly<Record<string, IdentificationLevel>> = {
  anonymous: 'NONE',
  identified: 'SIMPLIFIED',
  verified: 'SIMPLIFIED',
  personified: 'FULL',
};

export const personStatuses: Readonly<Record<string, IdentificationStatus>> = {
  no_data: 'NOT_STARTED',
  data_entered: 'DATA_ENTERED',
  data_verified: 'VERIFIED',
};

/** Contract 2.1, `email_send_frequency`; `never` is null for us. */
export const periods: Readonly<Record<string, NotificationPeriod>> = {
  after_payment: 'INSTANT',
  daily: 'DAY',
  monthly: 'MONTH',
};

/** Contract 3.1: kinds of notification. */
export const notifications = {
  complete: { reason: 'COMPLETE', status: 'COMPLETED' },
  decline: { reason: 'DECLINE', status: 'DECLINED' },
  undo: { reason: 'UNDO', status: 'REVERSED' },
  redo: { reason: 'REDO', status: 'COMPLETED' },
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
 * The error table of contract 4.2 to 4.5, codes of one meaning in one row. Classes: retryable → RETRY_LATER,
 * user-fixable → CHANGE_INPUT, terminal → NONE.
 */
const rows: Row[] = [
  // 4.2 access and wallet
  ['wallet_not_found', NO, 'NOT_FOUND', 'PROVIDER_REFUSED'],
  ['wallet_not_active reset_password', ASK, 'WALLET_STATE', 'PROVIDER_REFUSED'],
  ['wallet_disabled already_active already_disabled already_enabled', NO, 'WALLET_STATE', 'PROVIDER_REFUSED'],
  ['insufficient_scope', NO, 'PROVIDER_REJECTED', 'PROVIDER_REFUSED', 'PROVIDER'],
  ['missing_phone invalid_phone missing_password invalid_password', ASK, 'PROVIDER_REJECTED', 'INVALID_DATA'],
  ['phone_already_exists', NO, 'CONFLICT', 'INVALID_DATA'],
  ['missing_code invalid_code code_expired', ASK, 'PROVIDER_REJECTED', 'INVALID_DATA'],
  ['failure_limit_exceeded resend_limit_exceeded', NO, 'PROVIDER_REJECTED', 'PROVIDER_REFUSED'],
  // 4.3 person
  ['invalid_family_name invalid_given_name invalid_patronymic_name', ASK, 'PROVIDER_REJECTED', 'INVALID_DATA'],
  ['invalid_passport_series_number invalid_itn invalid_ssn', ASK, 'PROVIDER_REJECTED', 'INVALID_DATA'],
  ['person_already_verified', NO, 'WALLET_STATE', 'PROVIDER_REFUSED'],
  ['duplicate_person', NO, 'CONFLICT', 'INVALID_DATA'],
  // 4.4 payments, cards, limits
  ['missing_type missing_client_payment_id missing_service', NO, 'PROVIDER_REJECTED', 'INTERNAL_ERROR', 'PROVIDER'],
  ['invalid_client_payment_id', NO, 'PROVIDER_REJECTED', 'INTERNAL_ERROR', 'PROVIDER'],
  ['service_not_found', NO, 'PROVIDER_REJECTED', 'PROVIDER_REFUSED', 'PROVIDER'],
  ['missing_amount invalid_amount missing_parameters', ASK, 'PROVIDER_REJECTED', 'INVALID_DATA'],
  ['invalid_payment_parameters message_too_long', ASK, 'PROVIDER_REJECTED', 'INVALID_DATA'],
  ['missing_destination destination_not_found invalid_destination', ASK, 'PROVIDER_REJECTED', 'RECIPIENT_REFUSED'],
  ['insufficient_funds', ASK, 'INSUFFICIENT_FUNDS', 'INSUFFICIENT_FUNDS'],
  ['invalid_next_action invalid_payment_status', NO, 'PAYMENT_STATE', 'PROVIDER_REFUSED'],
  ['wallet_not_identified', ASK, 'IDENTIFICATION_REQUIRED', 'IDENTIFICATION_REQUIRED'],
  ['destination_wallet_not_identified', NO, 'PROVIDER_REJECTED', 'RECIPIENT_REFUSED'],
  ['card_not_found', NO, 'NOT_FOUND', 'INVALID_DATA'],
  ['card_not_active', ASK, 'CARD_STATE', 'INVALID_DATA'],
  ['active_cards_limit active_cards_limit_exceeded', ASK, 'PROVIDER_REJECTED', 'PROVIDER_REFUSED'],
  ['in_amount_limit_exceeded in_amount_limit', ASK, 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'],
  ['out_amount_limit_exceeded out_amount_limit', ASK, 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'],
  ['amount_limit_exceeded amount_limit', ASK, 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'],
  ['monthly_in_turnover_limit_exceeded monthly_in_turnover_limit', LATER, 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'],
  ['monthly_out_turnover_limit_exceeded monthly_out_turnover_limit', LATER, 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'],
  ['empty_request', NO, 'PROVIDER_REJECTED', 'INTERNAL_ERROR', 'PROVIDER'],
  ['report_in_progress', LATER, 'PROVIDER_REJECTED', 'PROVIDER_REFUSED'],
  // 4.5 services, locations, invoices
  ['missing_title missing_payer', ASK, 'PROVIDER_REJECTED', 'INVALID_DATA'],
  ['payer_not_exists invalid_payer', ASK, 'PROVIDER_REJECTED', 'RECIPIENT_REFUSED'],
  ['invalid_location_group missed_location_point_comma', NO, 'PROVIDER_REJECTED', 'INTERNAL_ERROR', 'PROVIDER'],
  [
    'missed_location_square_comma wrong_location_square_points_amount',
    NO,
    'PROVIDER_REJECTED',
    'INTERNAL_ERROR',
    'PROVIDER',
  ],
  ['invalid_invoice invoice_not_found', NO, 'NOT_FOUND', 'PROVIDER_REFUSED'],
  ['invoice_is_processing invoice_is_completed invoice_is_already_canceled', NO, 'INVOICE_STATE', 'PROVIDER_REFUSED'],
  ['invoice_is_canceled invoice_is_declined', NO, 'INVOICE_STATE', 'PROVIDER_REFUSED'],
  ['invoice_cancelling_error', LATER, 'PROVIDER_REJECTED', 'PROVIDER_REFUSED'],
];

export type RefusalRow = DocumentedRefusal & { blame: 'PROVIDER' | 'PAYMENT' };

/** Every code of the contract's section 4. */
export const refusals: readonly RefusalRow[] = rows.flatMap(([codes, remedy, errorCode, declineReason, blame]) =>
  codes.split(' ').map((code) => ({ code, remedy, errorCode, declineReason, blame: blame ?? 'PAYMENT' })),
);

const byCode = new Map(refusals.map((row) => [row.code, row]));

/** Contract 4.1: what a refusal without a known code means. A status that is not here proves nothing. */
const byStatus: Readonly<Record<number, Omit<RefusalRow, 'code'>>> = {
  400: { remedy: NO, errorCode: 'PROVIDER_REJECTED', declineReason: 'INTERNAL_ERROR', blame: 'PROVIDER' },
  401: { remedy: ASK, errorCode: 'PROVIDER_REJECTED', declineReason: 'PROVIDER_REFUSED', blame: 'PROVIDER' },
  403: { remedy: NO, errorCode: 'PROVIDER_REJECTED', declineReason: 'PROVIDER_REFUSED', blame: 'PROVIDER' },
  404: { remedy: NO, errorCode: 'NOT_FOUND', declineReason: 'PROVIDER_REFUSED', blame: 'PAYMENT' },
  405: { remedy: NO, errorCode: 'PROVIDER_REJECTED', declineReason: 'INTERNAL_ERROR', blame: 'PROVIDER' },
  415: { remedy: NO, errorCode: 'PROVIDER_REJECTED', declineReason: 'INTERNAL_ERROR', blame: 'PROVIDER' },
  422: { remedy: ASK, errorCode: 'PROVIDER_REJECTED', declineReason: 'PROVIDER_REFUSED', blame: 'PAYMENT' },
};

/**
 * What a refusal means, by its code, else by its HTTP status.
 * @returns undefined when neither is documented: then nothing is proven
 */
export const meaningOf = (status: number, code: string | null): Omit<RefusalRow, 'code'> | undefined =>
  byStatus[status] && ((code !== null && byCode.get(code)) || byStatus[status]);
