import DataLoader from 'dataloader';
import type { Payment } from '../db/generated/client.ts';
import type { Deps } from '../deps.ts';
import type { TenantViewer } from '../domain/access/viewer.ts';
import { refreshAllCards } from '../domain/card/refresh-all-cards.ts';
import { visibleCards } from '../domain/card/store.ts';
import { isKnown, visibleCreditSessions } from '../domain/credit/store.ts';
import { visibleCustomers } from '../domain/customer/store.ts';
import { latestDowngrades, visibleDowngrades } from '../domain/identification/store.ts';
import { visibleInvoices } from '../domain/invoice/store.ts';
import { readLimitStates } from '../domain/limit/limit-views.ts';
import { visiblePayments } from '../domain/payment/store.ts';
import { visibleRemittances } from '../domain/remittance/store.ts';
import { visibleTemplates } from '../domain/template/store.ts';
import { refreshWallet } from '../domain/wallet/mirror.ts';
import { readWallets } from '../domain/wallet/read-wallets.ts';
import { visibleWallets, type WalletWithAccounts } from '../domain/wallet/store.ts';
import { lastAttempts } from '../domain/webhook-endpoint/store.ts';
import { readPositions } from '../events/log.ts';
import { type WalletBalance, walletBalances } from '../ledger/balance.ts';

import type { Loaders, Makers } from './loaders.ts';

/** Balances that were read with their wallets. */
const readWith = new WeakMap<WalletWithAccounts, WalletBalance[]>();

const walletMakers: Makers<'wallet' | 'counterparty' | 'balances' | 'limits' | 'upstreamWallet' | 'upstreamCards'> = {
  wallet: ({ deps, prisma, viewer, mine }) => {
    if (viewer && viewer.kind !== 'ADMIN') return new DataLoader((ids) => tenantWallets(deps, viewer, ids));
    return byId((ids) =>
      prisma.wallet.findMany({
        where: { AND: [{ id: { in: ids } }, mine(visibleWallets)] },
        include: { accounts: true },
      }),
    );
  },
  counterparty: ({ prisma, tenant }) =>
    byId((ids) => prisma.wallet.findMany({ where: { id: { in: ids }, ...tenant } })),
  balances: ({ prisma }) =>
    new DataLoader(async (ids) => {
      const balances = await walletBalances(prisma, ids);
      return ids.map((id) => balances.get(id) ?? []);
    }),
  limits: ({ deps, prisma }) =>
    new DataLoader(async (ids) => {
      const states = await readLimitStates(prisma, ids, deps.clock.now());
      return ids.map((id) => states.get(id) ?? { own: [], usage: [] });
    }),
  upstreamWallet: ({ deps }) =>
    new DataLoader((wallets) => Promise.all(wallets.map((wallet) => refreshWallet(deps, wallet))), {
      cacheKeyFn: (wallet) => wallet.id,
    }),
  upstreamCards: ({ deps }) =>
    new DataLoader((wallets) => Promise.all(wallets.map((wallet) => refreshAllCards(deps, wallet))), {
      cacheKeyFn: (wallet) => wallet.id,
    }),
};

async function tenantWallets({ db }: Deps, viewer: TenantViewer, ids: readonly string[]) {
  return (await readWallets(db, viewer, ids)).map((found) => {
    if (found) readWith.set(found.wallet, found.balances);
    return found?.wallet ?? null;
  });
}

const paymentMakers: Makers<'payment' | 'refunds' | 'transitions' | 'attempts'> = {
  payment: ({ prisma, mine }) =>
    byId((ids) => prisma.payment.findMany({ where: { AND: [{ id: { in: ids } }, mine(visiblePayments)] } })),
  refunds: ({ prisma, mine }) =>
    grouped(
      (ids) =>
        prisma.payment.findMany({
          where: { AND: [{ refundOfId: { in: ids } }, mine(visiblePayments)] },
          orderBy: { id: 'asc' },
        }),
      (refund) => refund.refundOfId ?? '',
    ),
  transitions: ({ prisma }) =>
    grouped(
      (ids) => prisma.paymentTransition.findMany({ where: { paymentId: { in: ids } }, orderBy: { version: 'asc' } }),
      (transition) => transition.paymentId,
    ),
  attempts: ({ prisma }) =>
    grouped(
      (ids) => prisma.paymentAttempt.findMany({ where: { paymentId: { in: ids } }, orderBy: { number: 'asc' } }),
      (attempt) => attempt.paymentId,
    ),
};

const recordMakers: Makers<
  'partner' | 'customer' | 'downgrade' | 'downgradeOfWallet' | 'remittance' | 'template' | 'card' | 'invoice'
> = {
  partner: ({ prisma, viewer }) =>
    byId((ids) =>
      prisma.partner.findMany({
        where: { AND: [{ id: { in: ids } }, viewer?.kind === 'ADMIN' ? {} : { id: viewer?.partnerId ?? '' }] },
      }),
    ),
  customer: ({ prisma, mine }) =>
    byId((ids) => prisma.customer.findMany({ where: { AND: [{ id: { in: ids } }, mine(visibleCustomers)] } })),
  downgrade: ({ prisma, mine }) =>
    byId((ids) =>
      prisma.identificationDowngrade.findMany({ where: { AND: [{ id: { in: ids } }, mine(visibleDowngrades)] } }),
    ),
  // of wallets that the viewer has been shown
  downgradeOfWallet: ({ prisma }) =>
    new DataLoader(async (ids) => {
      const latest = await latestDowngrades(prisma, ids);
      return ids.map((id) => latest.get(id) ?? null);
    }),
  remittance: ({ prisma, mine }) =>
    byId((ids) => prisma.remittance.findMany({ where: { AND: [{ id: { in: ids } }, mine(visibleRemittances)] } })),
  template: ({ prisma, mine }) =>
    byId((ids) => prisma.paymentTemplate.findMany({ where: { AND: [{ id: { in: ids } }, mine(visibleTemplates)] } })),
  card: ({ prisma, mine }) =>
    byId((ids) => prisma.card.findMany({ where: { AND: [{ id: { in: ids } }, mine(visibleCards)] } })),
  invoice: ({ prisma, mine }) =>
    byId((ids) => prisma.invoice.findMany({ where: { AND: [{ id: { in: ids } }, mine(visibleInvoices)] } })),
};

const invoiceMakers: Makers<'invoiceOfPayment'> = {
  invoiceOfPayment({ prisma, mine }) {
    const load = async (payments: readonly Payment[]) => {
      const payerWalletId = { in: payments.flatMap(({ sourceWalletId }) => sourceWalletId ?? []) };
      const paymentId = { in: payments.map(({ id }) => id) };
      const where = { AND: [{ payerWalletId, paymentId }, mine(visibleInvoices)] };
      const rows = new Map((await prisma.invoice.findMany({ where })).map((row) => [row.paymentId, row]));
      return payments.map(({ id }) => rows.get(id) ?? null);
    };
    return new DataLoader(load, { cacheKeyFn: ({ id }) => id });
  },
};

const bookMakers: Makers<'ledgerAccount' | 'journalEntry' | 'loggedEvent' | 'webhookAttempts'> = {
  ledgerAccount: ({ prisma, tenant }) =>
    byId((ids) => prisma.ledgerAccount.findMany({ where: { id: { in: ids }, ...tenant } })),
  journalEntry: ({ prisma, tenant }) =>
    byId((ids) =>
      prisma.journalEntry.findMany({
        where: { id: { in: ids }, ...tenant },
        include: { postings: { orderBy: { number: 'asc' } } },
      }),
    ),
  loggedEvent: ({ deps }) =>
    new DataLoader(async (positions) => {
      const events = new Map((await readPositions(deps.db, positions)).map((event) => [event.position, event]));
      return positions.map((position) => events.get(position) ?? null);
    }),
  webhookAttempts: ({ prisma }) =>
    grouped(
      (ids) => lastAttempts(prisma, ids),
      (attempt) => attempt.deliveryId,
    ),
};

const creditMakers: Makers<'creditSession' | 'creditRefund' | 'creditRefunds' | 'creditTransitions' | 'creditFiles'> = {
  creditSession: ({ prisma, mine }) =>
    byId(async (ids) =>
      (
        await prisma.creditSession.findMany({ where: { AND: [{ id: { in: ids } }, mine(visibleCreditSessions)] } })
      ).filter(isKnown),
    ),
  creditRefund: ({ prisma, mine }) =>
    byId((ids) => prisma.creditRefund.findMany({ where: { id: { in: ids }, session: mine(visibleCreditSessions) } })),
  // of sessions that the viewer has been shown
  creditRefunds: ({ prisma }) =>
    grouped(
      (ids) => prisma.creditRefund.findMany({ where: { sessionId: { in: ids } }, orderBy: { id: 'asc' } }),
      (refund) => refund.sessionId,
    ),
  creditTransitions: ({ prisma }) =>
    grouped(
      (ids) =>
        prisma.creditSessionTransition.findMany({ where: { sessionId: { in: ids } }, orderBy: { version: 'asc' } }),
      (transition) => transition.sessionId,
    ),
  creditFiles: ({ prisma }) =>
    grouped(
      (ids) => prisma.creditFile.findMany({ where: { sessionId: { in: ids } }, orderBy: { number: 'asc' } }),
      (file) => file.sessionId,
    ),
};

/** How every loader is made. */
export const makers: Makers<keyof Loaders> = {
  ...{ ...walletMakers, ...paymentMakers, ...recordMakers },
  ...{ ...invoiceMakers, ...bookMakers, ...creditMakers },
};

/**
 * The wallet that a query is about. Its balances were read with it and need not be read again, if the books are kept here. Not for
 * mutations: the next one in the document may change what was read.
 */
export async function walletToRead(loaders: Loaders, id: string): Promise<WalletWithAccounts | null> {
  const wallet = await loaders.wallet.load(id);
  const balances = wallet?.provider === 'LOCAL' ? readWith.get(wallet) : undefined;
  if (balances) loaders.balances.prime(id, balances);
  return wallet;
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
