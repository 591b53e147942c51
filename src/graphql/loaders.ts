import type DataLoader from 'dataloader';
import type { Tx } from '../db/client.ts';
import type {
  Card,
  CreditFile,
  CreditRefund,
  CreditSessionTransition,
  Customer,
  IdentificationDowngrade,
  Invoice,
  JournalEntry,
  LedgerAccount,
  Partner,
  Payment,
  PaymentAttempt,
  PaymentTemplate,
  PaymentTransition,
  Posting,
  Remittance,
  Wallet,
  WebhookAttempt,
} from '../db/generated/client.ts';
import type { Deps } from '../deps.ts';
import type { Viewer } from '../domain/access/viewer.ts';
import type { KnownSession } from '../domain/credit/store.ts';
import type { LimitState } from '../domain/limit/limit-views.ts';
import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import type { UpstreamWallet } from '../domain/wallet/upstream-wallet.ts';
import type { LogEvent } from '../events/event.ts';
import type { WalletBalance } from '../ledger/balance.ts';

import { makers } from './loader-makers.ts';

/** Rows by id for one operation, batched and cached. What the viewer may not know of is null, like what does not exist. */
export interface Loaders {
  partner: DataLoader<string, Partner | null>;
  customer: DataLoader<string, Customer | null>;
  wallet: DataLoader<string, WalletWithAccounts | null>;
  /** Any wallet of the viewer's partner, for its phone in a payment's party; never handed out as a Wallet. */
  counterparty: DataLoader<string, Wallet | null>;
  balances: DataLoader<string, WalletBalance[]>;
  /** A wallet as its provider describes it now, followed here; null for a LOCAL one and when the provider cannot say. */
  upstreamWallet: DataLoader<WalletWithAccounts, UpstreamWallet | null, string>;
  /** Brings a wallet's cards to what its provider lists; answers its id. */
  upstreamCards: DataLoader<WalletWithAccounts, string, string>;
  downgrade: DataLoader<string, IdentificationDowngrade | null>;
  /** The latest step down of a wallet's identification. */
  downgradeOfWallet: DataLoader<string, IdentificationDowngrade | null>;
  limits: DataLoader<string, LimitState>;
  payment: DataLoader<string, Payment | null>;
  refunds: DataLoader<string, Payment[]>;
  transitions: DataLoader<string, PaymentTransition[]>;
  attempts: DataLoader<string, PaymentAttempt[]>;
  card: DataLoader<string, Card | null>;
  invoice: DataLoader<string, Invoice | null>;
  /** The invoice that a transfer pays. */
  invoiceOfPayment: DataLoader<Payment, Invoice | null, string>;
  template: DataLoader<string, PaymentTemplate | null>;
  remittance: DataLoader<string, Remittance | null>;
  creditSession: DataLoader<string, KnownSession | null>;
  creditRefund: DataLoader<string, CreditRefund | null>;
  creditRefunds: DataLoader<string, CreditRefund[]>;
  creditTransitions: DataLoader<string, CreditSessionTransition[]>;
  /** What was sent of tickets and letters, in the order in which it was first sent. */
  creditFiles: DataLoader<string, CreditFile[]>;
  ledgerAccount: DataLoader<string, LedgerAccount | null>;
  journalEntry: DataLoader<string, (JournalEntry & { postings: Posting[] }) | null>;
  /** Events by position, for who has been shown a delivery of them. */
  loggedEvent: DataLoader<bigint, LogEvent | null>;
  /** The last tries of a delivery. */
  webhookAttempts: DataLoader<string, WebhookAttempt[]>;
}

/** For whom loaders read. */
export interface Reader {
  deps: Deps;
  prisma: Tx;
  viewer: Viewer | null;
  /** The condition on rows that the viewer may know of; without a viewer nothing is visible. */
  mine<Where>(where: (viewer: Viewer) => Where): Where | { id: { in: string[] } };
  /** The viewer's partner, where it has one. */
  tenant: { partnerId?: string };
}

/** How each loader is made: when it is first used, because an operation uses few of them. */
export type Makers<Name extends keyof Loaders> = { [Key in Name]: (reader: Reader) => Loaders[Key] };

/** Each loader stands on the prototype and is made when somebody asks for it. */
class LazyLoaders {
  readonly made: Partial<Loaders> = {};
  readonly reader: Reader;
  constructor(deps: Deps, viewer: Viewer | null) {
    this.reader = {
      deps,
      prisma: deps.db.prisma,
      viewer,
      mine: (where) => (viewer ? where(viewer) : { id: { in: [] } }),
      tenant: viewer && viewer.kind !== 'ADMIN' ? { partnerId: viewer.partnerId } : {},
    };
  }
}

for (const name of Object.keys(makers) as (keyof Loaders)[]) {
  Object.defineProperty(LazyLoaders.prototype, name, {
    get(this: LazyLoaders) {
      return this.made[name] ?? keep(this, name);
    },
  });
}

function keep<Name extends keyof Loaders>({ made, reader }: LazyLoaders, name: Name): Loaders[Name] {
  const loader: Loaders[Name] = makers[name](reader);
  made[name] = loader;
  return loader;
}

/** New loaders, empty. */
export const createLoaders = (deps: Deps, viewer: Viewer | null): Loaders =>
  new LazyLoaders(deps, viewer) as unknown as Loaders;
