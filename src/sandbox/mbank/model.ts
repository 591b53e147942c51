/** What the emulated mbank keeps. Names are the contract's (section 2.1); money is whole kopecks. */

export type Kopecks = number;

export interface SecurityCode {
  value: string;
  sentAt: Date;
  /** Wrong tries so far; the sixth is refused for good (section 3.5). */
  failures: number;
  /** Messages sent so far, at most five. */
  messages: number;
}

export type Level = 'anonymous' | 'identified' | 'personified';
export type PersonStatus = 'no_data' | 'data_entered' | 'data_verified';

export interface Person {
  family_name: string;
  given_name: string;
  patronymic_name?: string;
  birth_date?: string;
  passport_series_number: string;
  passport_issued_at?: string;
  itn?: string;
  ssn?: string;
  changedAt?: Date;
  verifiedAt?: Date;
}

/** Upper bounds in kopecks (section 2.11, control plane). */
export interface Limits {
  in: Kopecks;
  out: Kopecks;
  p2p: Kopecks;
  balance: Kopecks;
  monthlyIn: Kopecks;
  monthlyOut: Kopecks;
  monthlyP2p: Kopecks;
  cards: number;
}

export interface Wallet {
  phone: string;
  password: string;
  state: 'inactive' | 'active' | 'disabled' | 'reset_password';
  lockMessage?: string;
  balance: Kopecks;
  level: Level;
  verified: boolean;
  personStatus: PersonStatus;
  person?: Person;
  picture?: { bytes: Buffer; type: string; uploadedAt: Date };
  email?: string;
  emailSendFrequency?: string;
  codes: { activation?: SecurityCode; reset?: SecurityCode };
  limits: Limits;
  /** Payments that the history has not shown yet (section 3.8). */
  unseen: Set<Payment>;
  unseenBest: Set<number>;
}

export type CardState = 'created' | 'pending' | 'active' | 'failed' | 'used' | 'deleted';

export interface Card {
  /** Absent for a card used once inside a payment. */
  id?: number;
  owner: string;
  state: CardState;
  title?: string;
  type?: string;
  page?: Page;
}

/** One visit to IPSP's payment page (section 1.9); `hash` is its key. */
export interface Page {
  hash: string;
  url: string;
  amount: Kopecks;
  card: Card;
  payment?: Payment;
  successUrl?: string;
  failureUrl?: string;
  /** form: card data asked for · secure: 3-D Secure asked for · approved, declined: finished */
  step: 'form' | 'secure' | 'approved' | 'declined';
  pan?: string;
  /** Ties the 3-D Secure step to the browser that entered the card. */
  ticket?: string;
}

export interface Rate {
  fix: Kopecks;
  /** Hundredths of a percent, so that 0.5 % is 50. */
  basisPoints: number;
  min?: Kopecks;
  max?: Kopecks;
}

export interface Provider {
  id: number;
  code: string;
  name: string;
}

export interface ServiceParameter {
  id: string;
  title: string;
  /** Its name at the provider, shown in the value form. */
  providerName: string;
  type: string | null;
  required: boolean;
  hidden?: boolean;
  disabled?: boolean;
  minLength: number | null;
  maxLength: number | null;
  pattern: string | null;
  patternDesc: string | null;
  defaultValue?: string;
  suggestedValues?: string[];
  items?: { code: string; value: string }[];
}

export interface CurrentParameter {
  code: string;
  name: string;
  value: string;
  editable: boolean;
  required?: boolean;
}

/** What a multi-step service wants before the price is known, and what it shows then (section 3.1). */
export type Step = { action: 'update' | 'get'; show: CurrentParameter[] };

export interface Service {
  id: number;
  name: string;
  keywords: string;
  online: boolean;
  iconUrl: string | null;
  limit: string;
  rate: Rate;
  verificationRequired: boolean;
  minsum: Kopecks;
  maxsum: Kopecks;
  parameters: ServiceParameter[];
  groups: Group[];
  /** Places where it is offered; everywhere when absent. */
  geo?: Place[];
  outbound: Provider;
  steps: Step[];
  /** Shown with the price of a multi-step payment. */
  receipt?: CurrentParameter[];
}

export interface Group {
  /** The integer of `/groups` and the hex id inside services: trap T-21. */
  id: number;
  hexId: string;
  name: string;
  group: string;
  keywords: string;
}

export interface Place {
  id: string;
  title: string;
  /** The places around it, narrowest first. */
  inside: Place[];
  preset: boolean;
}

export type PaymentType = 'in' | 'out' | 'p2p' | 'inout';
export type PaymentStatus = 'created' | 'processing' | 'completed' | 'declined';
export type DeclineReason = 'invalid_data' | 'insufficient_funds' | 'internal_error';
export type OperationType = 'complete' | 'decline' | 'undo' | 'redo';
/** What the control API decides for a payment that starts to execute; `undo` and `redo` follow a completion at once. */
export interface Outcome {
  outcome: 'complete' | 'pending' | 'decline' | 'undo' | 'redo';
  reason?: DeclineReason;
}

export interface Payment {
  id: number;
  clientPaymentId: string;
  /** The payer's phone, or `application:<client id>` of an anonymous payment. */
  owner: string;
  wallet?: Wallet;
  /** The project named by X-Project-ID. */
  project?: string;
  type: PaymentType;
  amount: Kopecks;
  total?: Kopecks;
  createdAt: Date;
  processedAt?: Date;
  status: PaymentStatus;
  declineReason?: DeclineReason;
  service?: Service;
  parameters: Map<string, string>;
  /** Steps already taken of `service.steps`. */
  step: number;
  card?: Card;
  destination?: Wallet;
  message?: string;
  remoteCheck?: string;
  invoice?: Invoice;
  /** Money has left the payer's balance and has not come back. */
  charged: boolean;
  undone: boolean;
  outcome?: Outcome;
}

export interface Invoice {
  id: string;
  payer: string;
  recipient: string;
  amount: Kopecks;
  message: string | null;
  status: 'created' | 'canceled' | 'processing' | 'completed' | 'declined';
  paymentId: number | null;
}

export interface Template {
  id: string;
  owner: string;
  name: string;
  type: 'public' | 'private';
  amount: Kopecks;
  service: Service;
  parameters: Map<string, string>;
  disabled: Set<string>;
}

export interface Location {
  id: string;
  name: string;
  type: string;
  group: 'replenishment' | 'verification' | 'money_transfer';
  worktime: string;
  address: string;
  latitude: number;
  longitude: number;
}

export interface Client {
  id: string;
  secret: string;
  grant: 'client_credentials' | 'password' | 'authorization_code';
  lifetimeSeconds: number;
  redirectUris: string[];
}

export interface Token {
  value: string;
  client: Client;
  wallet?: Wallet;
  scopes: string[];
  expiresAt: Date;
}

export interface AuthorizationCode {
  value: string;
  client: Client;
  wallet: Wallet;
  scopes: string[];
  redirectUri?: string;
  expiresAt: Date;
}

/** A customer of the provider that takes notifications (section 2.11). */
export interface Project {
  code: string;
  appId: string;
  appSecret: string;
  paymentsUrl?: string;
  cardsUrl?: string;
}

export interface Mail {
  to: string;
  about: string;
  locale: string;
  paymentId?: number;
  at: Date;
}
