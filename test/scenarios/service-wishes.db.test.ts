import { expect, test } from 'vitest';
import { RequestServiceDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { stateOf } from '../support/mbank-desk.ts';
import { run } from '../support/operations.ts';
import { linkedWallet } from '../support/provider-wallets.ts';

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);

test('A wish that its provider takes without a number is not sent again under its key.', async () => {
  const phone = newPhone();
  const walletId = await linkedWallet(call, mbank, 100, phone);
  const input = { idempotencyKey: unique('wish'), walletId, title: 'A bakery' };
  mbank.act('settings', { orderNumbered: false });
  for (const replayed of [false, true]) {
    const { serviceRequestCreate } = await call(RequestServiceDocument, { input });
    expect(done(serviceRequestCreate, 'ServiceRequestCreateSuccess')).toMatchObject({
      replayed,
      request: { title: 'A bakery', reference: null },
    });
  }
  expect(stateOf({ mbank }).orders.filter((order) => order.phone === phone)).toHaveLength(1);
});
