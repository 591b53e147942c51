import type { eventTypes } from '../events/event.ts';
import { described } from './described.ts';

export const ViewerKindEnum = described('ViewerKind', 'Who is asking.', {
  ADMIN: 'The operator, with the key from the environment.',
  PARTNER: 'A partner’s server, with an API key.',
  CUSTOMER: 'A frontend that acts for one customer, with a session token.',
});

export const DocumentPolicyEnum = described(
  'DocumentPolicy',
  'May the partner send any document, or only those it has registered?',
  {
    OPEN: 'Any document.',
    PERSISTED_ONLY: 'Registered documents only.',
  },
);

export const ScopeEnum = described('Scope', 'What a key or session may do.', {
  CUSTOMERS_READ: 'Read customers.',
  CUSTOMERS_WRITE: 'Create, identify and erase customers; mint session tokens.',
  WALLETS_READ: 'Read wallets, balances, limits and statements.',
  WALLETS_WRITE: 'Open, change, block and close wallets.',
  PAYMENTS_READ: 'Read payments.',
  PAYMENTS_WRITE: 'Create, confirm, cancel and refund payments.',
  CARDS_READ: 'Read cards, without their numbers.',
  CARDS_WRITE: 'Link, order, block and rename cards.',
  CARDS_REVEAL: 'See the number and code of an issued card, once per call.',
  INVOICES_READ: 'Read invoices.',
  INVOICES_WRITE: 'Issue, pay, reject and cancel invoices.',
  CREDIT_READ: 'Read credit sessions.',
  CREDIT_WRITE: 'Start credit sessions, attach tickets, refund.',
  EVENTS_READ: 'Read and follow the event log.',
  WEBHOOKS_WRITE: 'Register webhook endpoints and ask for redelivery.',
  DOCUMENTS_WRITE: 'Publish and revoke persisted documents.',
  LEDGER_READ: 'Read the books.',
  PERSONAL_DATA_READ: 'See personal data unmasked.',
  CONNECTIONS_WRITE: 'Manage accounts at providers.',
  PAYMENTS_SETTLE: 'Vouch that money which no provider reports has come.',
  PAYMENTS_RESOLVE: 'Rule on a payment whose outcome nobody else can tell.',
});

export const IdentificationLevelEnum = described('IdentificationLevel', 'How well a person is known.', {
  NONE: 'Anonymous.',
  SIMPLIFIED: 'Name, document and one more number checked.',
  FULL: 'Identified in person.',
});

export const IdentificationStatusEnum = described('IdentificationStatus', 'Where an identification stands.', {
  NOT_STARTED: 'Nothing was given.',
  DATA_ENTERED: 'Data were given and are not checked yet.',
  VERIFIED: 'The level was checked, or the partner vouches for it.',
  DOWNGRADE_IN_PROGRESS: 'A step down was requested and is not finished.',
  FAILED: 'The check did not succeed.',
});

export const NotificationChannelEnum = described('NotificationChannel', 'How a customer wants to be told.', {
  EMAIL: 'By e-mail.',
  SMS: 'By text message.',
  EMAIL_AND_SMS: 'By both.',
  NONE: 'Not at all.',
});

export const NotificationPeriodEnum = described('NotificationPeriod', 'How often a customer wants to be told.', {
  INSTANT: 'At once.',
  DAY: 'Once a day.',
  WEEK: 'Once a week.',
  MONTH: 'Once a month.',
});

export const WalletStatusEnum = described('WalletStatus', 'The state of a wallet.', {
  PENDING_ACTIVATION: 'The owner has yet to prove the phone.',
  ACTIVE: 'In use.',
  BLOCKED: 'Nothing new goes in or out; what is in flight ends as it may.',
  CLOSED: 'Closed for good.',
});

export const LimitKindEnum = described('LimitKind', 'What a limit caps.', {
  BALANCE: 'What the wallet may hold.',
  TOP_UP: 'Money into the wallet.',
  PAYMENT: 'Payments for goods and services.',
  TRANSFER: 'Transfers to other wallets.',
  PAYOUT: 'Money out to services, cards, phones and banks.',
  TURNOVER: 'All that goes out: transfers and payouts together.',
  CASH_WITHDRAWAL: 'Cash.',
  FOREIGN_PAYMENT: 'Payments abroad.',
  OTHER: 'A rule that the provider states in words only.',
});

export const LimitWindowEnum = described('LimitWindow', 'Over which time a limit counts.', {
  ONE_TIME: 'One operation.',
  DAY: 'A calendar day of Moscow.',
  MONTH: 'A calendar month of Moscow.',
  STANDING: 'Always: a cap on what is there.',
});

export const PaymentKindEnum = described('PaymentKind', 'Which way the money goes.', {
  TOP_UP: 'Money into a wallet.',
  TRANSFER: 'Wallet to wallet.',
  PAYOUT: 'Wallet to a service, card, phone or bank.',
  TRANSIT: 'Card straight to a service.',
  REFUND: 'Back to where it came from.',
  EXCHANGE: 'One currency of a wallet into another.',
});

export const PaymentOriginEnum = described('PaymentOrigin', 'Who began the payment.', {
  API: 'It was made here.',
  PROVIDER: 'It was learned from its provider.',
});

export const PaymentActionCodeEnum = described('PaymentActionCode', 'What can be done with a payment.', {
  CONFIRM: 'paymentConfirm.',
  UPDATE: 'paymentUpdate.',
  CANCEL: 'paymentCancel.',
  REFUND: 'paymentRefund.',
  REPEAT: 'Make the same payment again.',
  SAVE_AS_TEMPLATE: 'paymentTemplateCreate.',
  RECEIPT: 'Read the receipt.',
  RECEIPT_BY_EMAIL: 'receiptSend.',
  SETTLE: 'topUpSettle.',
});

export const PaymentStatusEnum = described(
  'PaymentStatus',
  'Where a payment stands. COMPLETED may become REVERSED when its provider undoes it, and COMPLETED again when it redoes it.',
  {
    CREATED: 'Priced, waits for paymentConfirm.',
    PROCESSING: 'Confirmed; the outcome is not known yet and the money is held until it is.',
    COMPLETED: 'Done.',
    DECLINED: 'Refused; nothing was charged.',
    CANCELLED: 'Dropped before it was confirmed.',
    EXPIRED: 'Its time ran out.',
    REVERSED: 'Done, and undone by the provider.',
  },
);

export const PaymentDirectionEnum = described('PaymentDirection', 'Seen from the wallet.', {
  IN: 'Money comes in.',
  OUT: 'Money goes out.',
});

export const DeclineReasonEnum = described('DeclineReason', 'Why a payment was refused.', {
  INVALID_DATA: 'The payee’s data were wrong.',
  INSUFFICIENT_FUNDS: 'There was not enough money.',
  LIMIT_EXCEEDED: 'A limit would have been passed.',
  IDENTIFICATION_REQUIRED: 'The payer must be identified first.',
  RECIPIENT_REFUSED: 'The payee’s side refused it.',
  PROVIDER_REFUSED: 'The provider refused it.',
  EXPIRED: 'Its time ran out at the provider.',
  INTERNAL_ERROR: 'The provider failed and says so.',
});

export const TransitionReasonEnum = described('TransitionReason', 'Why a payment changed its status.', {
  CREATE: 'It was created.',
  CONFIRM: 'It was confirmed.',
  COMPLETE: 'It is done.',
  DECLINE: 'It was refused.',
  CANCEL: 'It was dropped.',
  EXPIRE: 'Its time ran out.',
  UNDO: 'The provider undid it.',
  REDO: 'The provider did it again after undoing it.',
});

export const TransitionSourceEnum = described('TransitionSource', 'Who said so.', {
  OPERATOR: 'A person with the right to rule on it.',
  API: 'A caller of this API.',
  PROVIDER_ANSWER: 'The provider, answering a call.',
  WEBHOOK: 'The provider, calling us.',
  POLL: 'The provider, when asked again.',
  RECONCILIATION: 'The comparison with the provider’s book.',
  SYSTEM: 'The gateway itself.',
});

export const TopUpMethodEnum = described('TopUpMethod', 'How money comes into a wallet.', {
  CARD: 'By bank card.',
  FAST_PAYMENT: 'By a fast-payment link or QR.',
  BANK_TRANSFER: 'By bank transfer; waits for topUpSettle.',
  CASH: 'Over the desk; waits for topUpSettle.',
});

export const RuledOutcomeEnum = described('RuledOutcome', 'An operator’s ruling.', {
  COMPLETED: 'It went through.',
  DECLINED: 'It did not.',
});

export const ReceiptFormatEnum = described('ReceiptFormat', 'The kind of file that a receipt is.', {
  PDF: 'A document.',
  JPEG: 'A picture.',
});

export const ProviderCodeEnum = described('ProviderCode', 'The ledger here, or an upstream provider.', {
  LOCAL: 'The ledger of this gateway.',
  QIWI: 'QIWI Wallet.',
  MBANK: 'mbank (MServer).',
  VSEPLATEZHI: 'VsePlatezhi.',
  DIWA: 'DiWa.',
  MONEYWALL: 'Moneywall.',
});

export const CapabilityCodeEnum = described('CapabilityCode', 'What a provider can do.', {
  CUSTOMERS: 'Keeps customers.',
  WALLETS: 'Opens and closes wallets.',
  PROFILES: 'Describes the owner’s account.',
  CREDENTIALS: 'Issues keys for a wallet.',
  IDENTIFICATION: 'Identifies people.',
  BALANCES: 'Tells balances, opens currencies.',
  LIMITS: 'Tells or sets limits.',
  CONTACTS: 'Finds contacts with wallets.',
  TOP_UPS: 'Brings money in.',
  TRANSFERS: 'Moves money between wallets.',
  PAYOUTS: 'Takes money out.',
  TRANSITS: 'Card straight to a service.',
  QUOTES: 'Prices payments.',
  EXCHANGE: 'Converts currencies.',
  HISTORY: 'Tells past payments.',
  RECEIPTS: 'Makes receipts.',
  LINKED_CARDS: 'Keeps bank cards as tokens.',
  ISSUED_CARDS: 'Issues virtual cards.',
  INVOICES: 'Handles invoices.',
  PAYMENT_LINKS: 'Makes payment pages.',
  SERVICES: 'Has a catalogue of services.',
  TEMPLATES: 'Keeps payment templates.',
  LOCATIONS: 'Knows places on the map.',
  REMITTANCES: 'Knows a money-transfer network.',
  DICTIONARIES: 'Publishes its error texts.',
  CREDIT: 'Lends.',
  WEBHOOKS: 'Calls us.',
});

export const LedgerAccountKindEnum = described('LedgerAccountKind', 'The side on which an account grows.', {
  ASSET: 'What is ours or owed to us; grows by debits.',
  LIABILITY: 'What we owe; grows by credits.',
  INCOME: 'What we earned; grows by credits.',
  EXPENSE: 'What we spent; grows by debits.',
  EQUITY: 'What belongs to the owner; grows by credits.',
});

const eventTexts: Record<(typeof eventTypes)[number], string> = {
  PAYMENT_CREATED: 'A payment was created.',
  PAYMENT_UPDATED: 'A payment changed but its status stayed: it was priced, wants more data, or has a page to open.',
  PAYMENT_PROCESSING: 'A payment was confirmed.',
  PAYMENT_COMPLETED: 'A payment is done.',
  PAYMENT_DECLINED: 'A payment was refused.',
  PAYMENT_CANCELLED: 'A payment was dropped.',
  PAYMENT_EXPIRED: 'A payment’s time ran out.',
  PAYMENT_REVERSED: 'A payment was undone by its provider.',
  BALANCE_CHANGED: 'A balance of a wallet changed.',
  WALLET_OPENED: 'A wallet was opened.',
  WALLET_UPDATED: 'A wallet changed: its status, level, currencies or limits.',
  WALLET_CLOSED: 'A wallet was closed.',
  CARD_UPDATED: 'A card changed.',
  INVOICE_UPDATED: 'An invoice changed.',
  CREDIT_SESSION_UPDATED: 'A credit session changed.',
  PROVIDER_HEALTH_CHANGED: 'A provider came up, went down or became slow.',
  WEBHOOK_TEST: 'Nothing but a test of a webhook endpoint.',
};
export const EventTypeEnum = described('EventType', 'What happened.', eventTexts);

export const RemedyEnum = described('Remedy', 'What the caller can do about a provider’s refusal.', {
  RETRY_LATER: 'Repeat the same later.',
  CHANGE_INPUT: 'Change the input.',
  NONE: 'Nothing.',
});

export const AttemptOutcomeEnum = described('AttemptOutcome', 'What came of a try at a provider.', {
  PENDING: 'Nothing was answered yet.',
  ACCEPTED: 'The provider took it.',
  REJECTED: 'The provider refused it.',
  UNKNOWN: 'The provider’s answer was lost or unclear; it is being asked.',
});

export const FundingSourceKindEnum = described('FundingSourceKind', 'What pays.', {
  BALANCE: 'The wallet’s own balance.',
  CARD: 'A bank card.',
  MOBILE_ACCOUNT: 'A phone account.',
});

export const CardKindEnum = described('CardKind', 'Whose card it is.', {
  LINKED: 'Somebody’s bank card, kept as a token.',
  ISSUED: 'A virtual card of ours.',
});

export const CardStateEnum = described('CardState', 'Where a card stands.', {
  CREATED: 'Just made, inside a payment that is not paid yet.',
  PENDING: 'Waits for the person or the bank.',
  PAYMENT_REQUIRED: 'Costs something that is not paid yet.',
  ACTIVE: 'Can pay.',
  BLOCKED: 'Stopped.',
  FAILED: 'Was not kept and never will be.',
  USED: 'Paid once and was not kept.',
  REMOVED: 'Taken away.',
});

export const CardSchemeEnum = described('CardScheme', 'The card’s payment system.', {
  MIR: 'Mir.',
  VISA: 'Visa.',
  MASTERCARD: 'Mastercard.',
  MAESTRO: 'Maestro.',
  UNKNOWN: 'The provider does not say.',
});
