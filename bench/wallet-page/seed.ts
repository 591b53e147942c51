import { pino } from 'pino';
import type { Config } from '../../src/config.ts';
import { openDatabase } from '../../src/db/client.ts';
import { Scope } from '../../src/db/generated/enums.ts';
import { createApiKey } from '../../src/domain/access/create-api-key.ts';
import { createPartner } from '../../src/domain/access/create-partner.ts';
import { createTopUp } from '../../src/domain/payment/create-top-up.ts';
import { createTransfer } from '../../src/domain/payment/create-transfer.ts';
import { settleTopUp } from '../../src/domain/payment/settle-top-up.ts';
import { openWallet } from '../../src/domain/wallet/open-wallet.ts';
import { createDeps } from '../../src/server/deps.ts';

/** A wallet in two currencies' worth of history: a hundred payments with ten neighbours who have phones. */
export async function seedPage(config: Config): Promise<{ apiKey: string; walletId: string }> {
  const db = await openDatabase(config.databaseUrl ?? '', 4);
  const { deps } = await createDeps(config, { db, log: pino({ level: 'silent' }) });
  const { id: partnerId } = await createPartner(deps, { name: 'Bench' });
  const scopes = Object.values(Scope);
  const { apiKey, secret } = await createApiKey(deps, { partnerId, name: 'bench', scopes });
  const viewer = { kind: 'PARTNER' as const, partnerId, apiKeyId: apiKey.id, scopes: new Set(scopes) };
  const wallets: string[] = [];
  for (let index = 0; index < 11; index += 1) {
    const phone = `+7926${5_000_000 + index}`;
    const opening = { idempotencyKey: phone, phone, currency: 'RUB', identification: 'FULL' as const };
    const { wallet } = await openWallet(deps, viewer, opening);
    const amount = { minor: 10_000_000n, currency: 'RUB' };
    const topUp = { idempotencyKey: phone, walletId: wallet.id, amount, method: 'CASH' as const, confirm: true };
    const { payment } = await createTopUp(deps, viewer, topUp);
    await settleTopUp(deps, viewer, { idempotencyKey: phone, paymentId: payment.id, reference: phone });
    wallets.push(wallet.id);
  }
  const [walletId = '', ...others] = wallets;
  for (let index = 0; index < 100; index += 1) {
    const other = others[index % others.length] ?? '';
    const [fromWalletId, to] = index % 3 === 0 ? [other, walletId] : [walletId, other];
    const amount = { minor: BigInt(1_000 + index), currency: 'RUB' };
    const transfer = { idempotencyKey: `t${index}`, fromWalletId, to: { walletId: to }, amount, confirm: true };
    await createTransfer(deps, viewer, transfer);
  }
  await db.pool.query('VACUUM ANALYZE');
  await db.close();
  return { apiKey: secret, walletId };
}
