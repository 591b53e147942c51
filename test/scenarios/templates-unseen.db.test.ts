import { expect, test } from 'vitest';
import { MarkPaymentsSeenDocument, UnseenPaymentsDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { type Call, done, newPhone, openShop, refusal } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run } from '../support/operations.ts';
import { linkedWallet } from '../support/provider-wallets.ts';
import { booksStay, notFound } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp();
const shop = await openShop(gateway);
const other = run(gateway, (await gateway.partner('Another')).apiKey);

const look = async (id: string, by: Call = shop.call) => (await by(UnseenPaymentsDocument, { id })).wallet;
const unseen = async (id: string) => (await look(id))?.unseenPayments;
const mark = async (walletId: string, by: Call = shop.call) =>
  done((await by(MarkPaymentsSeenDocument, { walletId })).walletMarkPaymentsSeen, 'WalletMarkPaymentsSeenSuccess');

test('What somebody else has sent is unseen once it is done, until its receiver has seen it.', async () => {
  const [ann, bob] = [await shop.customer(), await shop.customer()];
  const hers = await shop.wallet({ owner: ann, holds: '100' });
  const his = await shop.wallet({ owner: bob });
  expect([await unseen(hers), await unseen(his)]).toEqual([0, 0]);
  const waiting = await shop.transfer(hers, his, '10');
  expect(await unseen(his)).toBe(0);
  const sent = await shop.transfer(hers, his, '20', true);
  expect([await unseen(hers), await unseen(his)]).toEqual([0, 1]);
  expect((await look(his, bob.call))?.payments.edges.map(({ node }) => node)).toEqual([{ id: sent, seen: false }]);
  const mine = (await look(hers, ann.call))?.payments.edges.map(({ node }) => node);
  expect(mine?.slice(0, 2)).toEqual([
    { id: sent, seen: true },
    { id: waiting, seen: true },
  ]);
  expect(await mark(hers, ann.call)).toMatchObject({ marked: 0 });
  expect(await unseen(his)).toBe(1);
  expect(await booksStay(gateway, () => mark(his, bob.call))).toMatchObject({
    marked: 1,
    wallet: { unseenPayments: 0 },
  });
  expect(await mark(his, bob.call)).toMatchObject({ marked: 0 });
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('Between wallets of one owner nothing is news; a foreign wallet is not marked.', async () => {
  const ann = await shop.customer();
  const [one, two] = [await shop.wallet({ owner: ann, holds: '100' }), await shop.wallet({ owner: ann })];
  await shop.transfer(one, two, '10', true);
  expect(await unseen(two)).toBe(0);
  const hers = await shop.wallet({ holds: '100' });
  const bob = await shop.customer();
  const his = await shop.wallet({ owner: bob });
  await shop.transfer(hers, his, '10', true);
  for (const by of [other, ann.call]) {
    const refused = refusal(by(MarkPaymentsSeenDocument, { walletId: his }));
    expect(await refused).toMatchObject(notFound);
  }
  expect(await unseen(his)).toBe(1);
});

test('The provider’s own counter is cleared too; when it cannot be, ours still is.', async () => {
  const mbank = await startMbank(gateway, shop.id);
  const id = await linkedWallet(shop.call, mbank, 100, newPhone());
  const calls = () => gateway.logged.filter((line) => line.includes('payments.reset_unseen')).length;
  expect(await mark(id)).toMatchObject({ marked: 0 });
  expect(calls()).toBeGreaterThan(0);
  const control = mbank.sandbox.control;
  control.fault({ provider: 'mbank', operation: 'payments.reset_unseen', kind: 'close', when: 'before', times: 9 });
  const from = await linkedWallet(shop.call, mbank, 100, newPhone());
  await shop.transfer(from, { walletId: id }, '10', true);
  await expect.poll(() => unseen(id), { timeout: 15_000 }).toBe(1);
  expect(await unseen(from)).toBe(0);
  expect(await mark(id)).toMatchObject({ marked: 1, wallet: { unseenPayments: 0 } });
  control.clearFaults('mbank');
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});
