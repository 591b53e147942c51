import {
  CancelInvoiceDocument,
  CreateInvoiceDocument,
  InvoiceDocument,
  WalletInvoicesDocument,
} from '../../schema/operations.ts';
import { openWalletCredentials } from '../../src/domain/wallet/upstream-access.ts';
import type { TestApp } from './app.ts';
import { type Call, done, rub, unique } from './builders.ts';
import { linkQiwi, type TestQiwi } from './qiwi.ts';

/** What tests do with invoices that wallets at QIWI issue. */
export function invoiceDesk({ deps }: TestApp, call: Call, qiwi: TestQiwi) {
  const { prisma } = deps.db;
  const inputOf = <Extra extends object>(recipientWalletId: string, extra: Extra = {} as Extra) => ({
    idempotencyKey: unique('invoice'),
    recipientWalletId,
    amount: rub('300'),
    ...extra,
  });
  const create = (input: ReturnType<typeof inputOf>, by = call) => by(CreateInvoiceDocument, { input });
  return {
    inputOf,
    create,
    async wallet(amount = 0) {
      const owner = qiwi.wallet(amount);
      return { owner, walletId: await linkQiwi(call, qiwi, owner) };
    },
    issued: async (...args: Parameters<typeof create>) =>
      done((await create(...args)).invoiceCreate, 'InvoiceCreateSuccess'),
    cancel: (invoiceId: string) => call(CancelInvoiceDocument, { invoiceId }),
    look: async (id: string) => (await call(InvoiceDocument, { id })).invoice,
    listed: async (id: string) =>
      (await call(WalletInvoicesDocument, { id, direction: 'OUTGOING' })).wallet?.invoices.edges.map(
        ({ node }) => node,
      ) ?? [],
    row: (id: string) => prisma.invoice.findUniqueOrThrow({ where: { id } }),
    /** The wallet's credentials as they are kept. */
    keysOf: async (id: string) =>
      openWalletCredentials(deps.vault, await prisma.wallet.findUniqueOrThrow({ where: { id } })),
  };
}
