import { print } from 'graphql';
import { pino } from 'pino';
import { WalletPageDocument } from '../../schema/operations.ts';
import type { Config } from '../../src/config.ts';
import { openDatabase } from '../../src/db/client.ts';
import { Scope } from '../../src/db/generated/enums.ts';
import type { Deps } from '../../src/deps.ts';
import { createApiKey } from '../../src/domain/access/create-api-key.ts';
import { createPartner } from '../../src/domain/access/create-partner.ts';
import type { PartnerViewer } from '../../src/domain/access/viewer.ts';
import { publishDocuments } from '../../src/domain/document/publish-documents.ts';
import { createTopUp } from '../../src/domain/payment/create-top-up.ts';
import { createTransfer } from '../../src/domain/payment/create-transfer.ts';
import { settleTopUp } from '../../src/domain/payment/settle-top-up.ts';
import { openWallet } from '../../src/domain/wallet/open-wallet.ts';
import { sha256 } from '../../src/lib/crypto.ts';
import { createDeps } from '../../src/server/deps.ts';
import { fill } from '../growth/fill.ts';

const WALLETS = 24;
/** Each wallet pays this many times, and is paid as many times by its ten neighbours. */
const ROUNDS = 15;
const NEIGHBOURS = 10;

/** Payments of a thousand other wallets, so that indexes are worth using. */
const OTHERS = 100_000;

/** What the pages are asked with. */
export interface Seeded {
  apiKey: string;
  /** The published document of the page. */
  documentId: string;
  walletIds: string[];
}

/** Wallets with thirty payments each, among neighbours who have phones; and the page's document, published. */
export async function seedPages(config: Config): Promise<Seeded> {
  const db = await openDatabase(config.databaseUrl ?? '', 4);
  const { deps } = await createDeps(config, { db, log: pino({ level: 'silent' }) });
  const { id: partnerId } = await createPartner(deps, { name: 'Bench' });
  await fill(db.pool, { partnerId, payments: OTHERS });
  const scopes = Object.values(Scope);
  const { apiKey, secret } = await createApiKey(deps, { partnerId, name: 'bench', scopes });
  const body = print(WalletPageDocument);
  const documentId = sha256(body);
  await publishDocuments(deps, {
    partnerId,
    name: 'bench',
    manifest: JSON.stringify({ [`sha256:${documentId}`]: body }),
  });
  const viewer = { kind: 'PARTNER' as const, partnerId, apiKeyId: apiKey.id, scopes: new Set(scopes) };
  const walletIds: string[] = [];
  for (let index = 0; index < WALLETS; index += 1) walletIds.push(await filledWallet(deps, viewer, index));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, fromWalletId] of walletIds.entries()) {
      const to = { walletId: walletIds[(index + 1 + (round % NEIGHBOURS)) % WALLETS] ?? '' };
      const amount = { minor: BigInt(1_000 + index), currency: 'RUB' };
      const transfer = { idempotencyKey: `t${round}.${index}`, fromWalletId, to, amount, confirm: true };
      await createTransfer(deps, viewer, transfer);
    }
  }
  await db.pool.query('VACUUM ANALYZE');
  await db.close();
  return { apiKey: secret, documentId, walletIds };
}

async function filledWallet(deps: Deps, viewer: PartnerViewer, index: number): Promise<string> {
  const phone = `+7926${5_000_000 + index}`;
  const opening = { idempotencyKey: phone, phone, currency: 'RUB', identification: 'FULL' as const };
  const { wallet } = await openWallet(deps, viewer, opening);
  const amount = { minor: 10_000_000n, currency: 'RUB' };
  const topUp = { idempotencyKey: phone, walletId: wallet.id, amount, method: 'CASH' as const, confirm: true };
  const { payment } = await createTopUp(deps, viewer, topUp);
  await settleTopUp(deps, viewer, { idempotencyKey: phone, paymentId: payment.id, reference: phone });
  return wallet.id;
}
