import DataLoader from 'dataloader';
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
  Prisma,
  Remittance,
  Wallet,
  WebhookAttempt,
} from '../db/generated/client.ts';
import type { Deps } from '../deps.ts';
import type { Viewer } from '../domain/access/viewer.ts';
import { refreshAllCards } from '../domain/card/refresh-all-cards.ts';
import { visibleCards } from '../domain/card/store.ts';
import { isKnown, type KnownSession, visibleCreditSessions } from '../domain/credit/store.ts';
import { visibleCustomers } from '../domain/customer/store.ts';
import { latestDowngrades, visibleDowngrades } from '../domain/identification/store.ts';
import { visibleInvoices } from '../domain/invoice/store.ts';
import { type LimitState, readLimitStates } from '../domain/limit/limit-views.ts';
import { visiblePayments } from '../domain/payment/store.ts';
import { visibleRemittances } from '../domain/remittance/store.ts';
import { visibleTemplates } from '../domain/template/store.ts';
import { refreshWallet } from '../domain/wallet/mirror.ts';
import { visibleWallets, type WalletWithAccounts } from '../domain/wallet/store.ts';
import type { UpstreamWallet } from '../domain/wallet/upstream-wallet.ts';
import { lastAttempts } from '../domain/webhook-endpoint/store.ts';
import type { LogEvent } from '../events/event.ts';
import { readPositions } from '../events/log.ts';
import { type WalletBalance, walletBalances } from '../ledger/balance.ts';

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

/** New loaders, empty. */
export function createLoaders(deps: Deps, viewer: Viewer | null): Loaders {
  const { prisma } = deps.db;
  const mine = <Where>(where: (viewer: Viewer) => Where) => (viewer ? where(viewer) : { id: { in: [] } });
  const tenant = viewer && viewer.kind !== 'ADMIN' ? { partnerId: viewer.partnerId } : {};
  return {
    partner: byId((ids) =>
      prisma.partner.findMany({
        where: { AND: [{ id: { in: ids } }, viewer?.kind === 'ADMIN' ? {} : { id: viewer?.partnerId ?? '' }] },
      }),
    ),
    customer: byId((ids) =>
      prisma.customer.findMany({ where: { AND: [{ id: { in: ids } }, mine(visibleCustomers)] } }),
    ),
    wallet: byId((ids) =>
      prisma.wallet.findMany({
        where: { AND: [{ id: { in: ids } }, mine(visibleWallets)] },
        include: { accounts: true },
      }),
    ),
    counterparty: byId((ids) => prisma.wallet.findMany({ where: { id: { in: ids }, ...tenant } })),
    balances: new DataLoader(async (ids) => {
      const balances = await walletBalances(prisma, ids);
      return ids.map((id) => balances.get(id) ?? []);
    }),
    limits: new DataLoader(async (ids) => {
      const states = await readLimitStates(prisma, ids, deps.clock.now());
      return ids.map((id) => states.get(id) ?? { own: [], usage: [] });
    }),
    upstreamWallet: new DataLoader((wallets) => Promise.all(wallets.map((wallet) => refreshWallet(deps, wallet))), {
      cacheKeyFn: (wallet) => wallet.id,
    }),
    upstreamCards: new DataLoader((wallets) => Promise.all(wallets.map((wallet) => refreshAllCards(deps, wallet))), {
      cacheKeyFn: (wallet) => wallet.id,
    }),
    ...downgradeLoaders(deps, mine(visibleDowngrades)),
    ...creditLoaders(deps, mine(visibleCreditSessions)),
    payment: byId((ids) => prisma.payment.findMany({ where: { AND: [{ id: { in: ids } }, mine(visiblePayments)] } })),
    refunds: grouped(
      (ids) =>
        prisma.payment.findMany({
          where: { AND: [{ refundOfId: { in: ids } }, mine(visiblePayments)] },
          orderBy: { id: 'asc' },
        }),
      (refund) => refund.refundOfId ?? '',
    ),
    transitions: grouped(
      (ids) => prisma.paymentTransition.findMany({ where: { paymentId: { in: ids } }, orderBy: { version: 'asc' } }),
      (transition) => transition.paymentId,
    ),
    attempts: grouped(
      (ids) => prisma.paymentAttempt.findMany({ where: { paymentId: { in: ids } }, orderBy: { number: 'asc' } }),
      (attempt) => attempt.paymentId,
    ),
    remittance: byId((ids) =>
      prisma.remittance.findMany({ where: { AND: [{ id: { in: ids } }, mine(visibleRemittances)] } }),
    ),
    template: byId((ids) =>
      prisma.paymentTemplate.findMany({ where: { AND: [{ id: { in: ids } }, mine(visibleTemplates)] } }),
    ),
    card: byId((ids) => prisma.card.findMany({ where: { AND: [{ id: { in: ids } }, mine(visibleCards)] } })),
    invoice: byId((ids) => prisma.invoice.findMany({ where: { AND: [{ id: { in: ids } }, mine(visibleInvoices)] } })),
    invoiceOfPayment: invoiceOfPayment(deps, mine(visibleInvoices)),
    ...bookLoaders(deps, tenant),
    ...deliveryLoaders(deps),
  };
}

function bookLoaders(
  { db: { prisma } }: Deps,
  tenant: { partnerId?: string },
): Pick<Loaders, 'ledgerAccount' | 'journalEntry'> {
  return {
    ledgerAccount: byId((ids) => prisma.ledgerAccount.findMany({ where: { id: { in: ids }, ...tenant } })),
    journalEntry: byId((ids) =>
      prisma.journalEntry.findMany({
        where: { id: { in: ids }, ...tenant },
        include: { postings: { orderBy: { number: 'asc' } } },
      }),
    ),
  };
}

function deliveryLoaders({ db }: Deps): Pick<Loaders, 'loggedEvent' | 'webhookAttempts'> {
  return {
    loggedEvent: new DataLoader(async (positions) => {
      const events = new Map((await readPositions(db, positions)).map((event) => [event.position, event]));
      return positions.map((position) => events.get(position) ?? null);
    }),
    webhookAttempts: grouped(
      (ids) => lastAttempts(db.prisma, ids),
      (attempt) => attempt.deliveryId,
    ),
  };
}

function downgradeLoaders(
  { db: { prisma } }: Deps,
  visible: Prisma.IdentificationDowngradeWhereInput,
): Pick<Loaders, 'downgrade' | 'downgradeOfWallet'> {
  return {
    downgrade: byId((ids) =>
      prisma.identificationDowngrade.findMany({ where: { AND: [{ id: { in: ids } }, visible] } }),
    ),
    // of wallets that the viewer has been shown
    downgradeOfWallet: new DataLoader(async (ids) => {
      const latest = await latestDowngrades(prisma, ids);
      return ids.map((id) => latest.get(id) ?? null);
    }),
  };
}

function creditLoaders(
  { db: { prisma } }: Deps,
  visible: Prisma.CreditSessionWhereInput,
): Pick<Loaders, 'creditSession' | 'creditRefund' | 'creditRefunds' | 'creditTransitions' | 'creditFiles'> {
  return {
    creditSession: byId(async (ids) =>
      (await prisma.creditSession.findMany({ where: { AND: [{ id: { in: ids } }, visible] } })).filter(isKnown),
    ),
    creditRefund: byId((ids) => prisma.creditRefund.findMany({ where: { id: { in: ids }, session: visible } })),
    // of sessions that the viewer has been shown
    creditRefunds: grouped(
      (ids) => prisma.creditRefund.findMany({ where: { sessionId: { in: ids } }, orderBy: { id: 'asc' } }),
      (refund) => refund.sessionId,
    ),
    creditTransitions: grouped(
      (ids) =>
        prisma.creditSessionTransition.findMany({ where: { sessionId: { in: ids } }, orderBy: { version: 'asc' } }),
      (transition) => transition.sessionId,
    ),
    creditFiles: grouped(
      (ids) => prisma.creditFile.findMany({ where: { sessionId: { in: ids } }, orderBy: { number: 'asc' } }),
      (file) => file.sessionId,
    ),
  };
}

function invoiceOfPayment(
  { db }: Deps,
  visible: Prisma.InvoiceWhereInput,
): DataLoader<Payment, Invoice | null, string> {
  const load = async (payments: readonly Payment[]) => {
    const payerWalletId = { in: payments.flatMap(({ sourceWalletId }) => sourceWalletId ?? []) };
    const paymentId = { in: payments.map(({ id }) => id) };
    const found = await db.prisma.invoice.findMany({ where: { AND: [{ payerWalletId, paymentId }, visible] } });
    const rows = new Map(found.map((row) => [row.paymentId, row]));
    return payments.map(({ id }) => rows.get(id) ?? null);
  };
  return new DataLoader(load, { cacheKeyFn: ({ id }) => id });
}

function byId<Row extends { id: string }>(read: (ids: string[]) => Promise<Row[]>): DataLoader<string, Row | null> {
  return new DataLoader(async (ids) => {
    const rows = new Map((await read([...ids])).map((row) => [row.id, row]));
    return ids.map((id) => rows.get(id) ?? null);
  });
}

function grouped<Row>(read: (ids: string[]) => Promise<Row[]>, key: (row: Row) => string): DataLoader<string, Row[]> {
  return new DataLoader(async (ids) => {
    const groups = new Map<string, Row[]>(ids.map((id) => [id, []]));
    for (const row of await read([...ids])) groups.get(key(row))?.push(row);
    return ids.map((id) => groups.get(id) ?? []);
  });
}
