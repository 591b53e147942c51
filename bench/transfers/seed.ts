import { print } from 'graphql';
import { pino } from 'pino';
import { ConfirmPaymentDocument, CreateTransferDocument } from '../../schema/operations.ts';
import type { Config } from '../../src/config.ts';
import { openDatabase } from '../../src/db/client.ts';
import { Scope } from '../../src/db/generated/enums.ts';
import { createApiKey } from '../../src/domain/access/create-api-key.ts';
import { createPartner } from '../../src/domain/access/create-partner.ts';
import { publishDocuments } from '../../src/domain/document/publish-documents.ts';
import { openWallet } from '../../src/domain/wallet/open-wallet.ts';
import { topUpSettled } from '../../src/ledger/entries.ts';
import { sha256 } from '../../src/lib/crypto.ts';
import { newId } from '../../src/lib/ids.ts';
import { createDeps } from '../../src/server/deps.ts';

/** What is in each wallet at the start, minor units. */
export const HOLDS = 10_000_000n;

/** A partner whose key may run the two documents of a transfer, and wallets with money in them. */
export interface Shop {
  apiKey: string;
  wallets: string[];
  create: string;
  confirm: string;
}

/** @param fee in hundredths of a percent */
export async function seedShop(config: Config, count: number, fee: number): Promise<Shop> {
  const db = await openDatabase(config.databaseUrl ?? '', 8);
  const { deps } = await createDeps(config, { db, log: pino({ level: 'silent' }) });
  const { id: partnerId } = await createPartner(deps, { name: 'Bench', transferFeeBasisPoints: fee });
  const scopes = Object.values(Scope);
  const { apiKey, secret } = await createApiKey(deps, { partnerId, name: 'bench', scopes });
  const texts = [print(CreateTransferDocument), print(ConfirmPaymentDocument)];
  const manifest = JSON.stringify(Object.fromEntries(texts.map((text) => [`sha256:${sha256(text)}`, text])));
  await publishDocuments(deps, { partnerId, name: 'bench', manifest });
  const viewer = { kind: 'PARTNER' as const, partnerId, apiKeyId: apiKey.id, scopes: new Set(scopes) };
  const open = async (index: number) => {
    const opening = { idempotencyKey: `w${index}`, currency: 'RUB', identification: 'FULL' as const };
    const { wallet } = await openWallet(deps, viewer, opening);
    const about = { partnerId, currency: 'RUB', reference: newId('Payment'), occurredAt: new Date() };
    await deps.ledger.post(topUpSettled({ ...about, amount: HOLDS, walletId: wallet.id }));
    return wallet.id;
  };
  const wallets: string[] = [];
  for (let at = 0; at < count; at += 8) {
    wallets.push(
      ...(await Promise.all(Array.from({ length: Math.min(8, count - at) }, (_, index) => open(at + index)))),
    );
  }
  await db.close();
  const [create = '', confirm = ''] = texts.map((text) => `sha256:${sha256(text)}`);
  return { apiKey: secret, wallets, create, confirm };
}
