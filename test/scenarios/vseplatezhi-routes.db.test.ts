import { expect, test } from 'vitest';
import { CreateTopUpDocument } from '../../schema/operations.ts';
import { createProviderAccount } from '../../src/domain/provider/create-provider-account.ts';
import { startTestApp } from '../support/app.ts';
import { newPhone, refusal, rub, unique } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { openWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp();

test('A card is not taken to a provider that knows fast payments only; nothing is made of it.', async () => {
  const { partnerId, apiKey } = await gateway.partner();
  const call = run(gateway, apiKey);
  await createProviderAccount(gateway.deps, {
    partnerId,
    provider: 'VSEPLATEZHI',
    name: unique('VsePlatezhi'),
    baseUrl: 'http://127.0.0.1:9',
    credentials: { clientId: 'partner-1', clientSecret: 'secret-1', partnerId: '42' },
  });
  const walletId = await openWalletOf(call, newPhone());
  for (const provider of ['VSEPLATEZHI' as const, undefined]) {
    const input = {
      idempotencyKey: unique('top-up'),
      walletId,
      amount: rub('100.00'),
      method: 'CARD' as const,
      ...(provider ? { provider } : {}),
    };
    expect((await refusal(call(CreateTopUpDocument, { input }))).__typename).toBe('NotSupportedError');
  }
  expect(await gateway.deps.db.prisma.payment.count({ where: { partnerId } })).toBe(0);
});
