import { expect, test } from 'vitest';
import { ReconciliationsDocument, StartReconciliationDocument } from '../../schema/operations.ts';
import { addJob } from '../../src/db/job-queue.ts';
import { newId } from '../../src/lib/ids.ts';
import { startTestApp } from '../support/app.ts';
import { done, refusal, unique } from '../support/builders.ts';
import { credit, startMoneywall } from '../support/moneywall.ts';
import { run } from '../support/operations.ts';
import { freePort } from '../support/qiwi.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const moneywall = await startMoneywall(gateway, partnerId, { statesEndpoint: 'true' });
moneywall.act('settings', { otherEditions: true });
const { of, start } = credit(gateway, apiKey, call, moneywall);
const { prisma } = gateway.deps.db;

const read = async (id: string) => {
  const { ledger } = await call(ReconciliationsDocument, { provider: 'MONEYWALL' });
  return ledger?.reconciliations.edges.map(({ node }) => node).find((node) => node.id === id);
};
/** Compares now, and answers what was found when it is through. */
async function compare() {
  const input = { provider: 'MONEYWALL' as const };
  const begun = done(
    (await call(StartReconciliationDocument, { input })).reconciliationStart,
    'ReconciliationStartSuccess',
  );
  const [{ id } = { id: '' }] = begun.reconciliations;
  await expect.poll(async () => (await read(id))?.finishedAt, { timeout: 20_000 }).toBeTruthy();
  return read(id);
}

/** Somebody starts a session at the lender without us, with what another was started with. */
async function startElsewhere(orderId: string, like: string): Promise<void> {
  const headers = { Authorization: 'SuperSecretTokenValue', 'Content-Type': 'application/json' };
  const body = JSON.stringify({ ...moneywall.sent(like), order_id: orderId });
  const url = `${moneywall.sandbox.url}/moneywall/api/partners/payments/init`;
  expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
}

test('What the lender lists is followed; what is here alone, there alone, or contradicts is named, and gone when it is gone.', async () => {
  moneywall.sandbox.control.withholdWebhooks('moneywall');
  const [same, moved, wrong] = [await start(), await start(), await start()];
  // nothing else asks: only the comparison tells
  await prisma.$executeRaw`DELETE FROM graphile_worker._private_jobs WHERE key LIKE 'follow-credit-session:%'`;
  moneywall.act('session.authorize', { order: moved.orderId });
  moneywall.act('session.authorize', { order: wrong.orderId });
  await prisma.creditSession.update({ where: { id: wrong.id }, data: { state: 'CANCELLED' } });
  const elsewhere = unique('elsewhere');
  await startElsewhere(elsewhere, same.orderId);
  const row = await prisma.creditSession.findUniqueOrThrow({ where: { id: same.id } });
  const hours = 3_600_000;
  const alone = {
    ...row,
    id: newId('CreditSession'),
    orderId: unique('alone'),
    createdAt: new Date(Date.now() - hours),
  };
  await prisma.creditSession.create({ data: alone });

  const first = await compare();
  expect(first).toMatchObject({ wallet: null, matched: 2 });
  const found = (breaks = first?.breaks) =>
    breaks?.map(({ kind, creditSession, providerReference, resolved }) => [
      kind,
      creditSession?.orderId ?? providerReference,
      resolved,
    ]);
  expect(found()?.sort()).toEqual([
    ['MISSING_HERE', elsewhere, false],
    ['MISSING_UPSTREAM', alone.orderId, false],
    ['STATUS_DIFFERS', wrong.orderId, false],
  ]);
  expect((await of(moved.orderId)).timeline.at(-1)).toMatchObject({ to: 'AUTHORIZED', source: 'RECONCILIATION' });
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);

  await startElsewhere(alone.orderId, same.orderId);
  await prisma.creditSession.update({ where: { id: wrong.id }, data: { state: 'PROCESSING' } });
  await compare();
  expect((await of(wrong.orderId)).state).toBe('AUTHORIZED');
  const after = (await read(first?.id ?? ''))?.breaks;
  expect(found(after)?.sort()).toEqual([
    ['MISSING_HERE', elsewhere, false],
    ['MISSING_UPSTREAM', alone.orderId, true],
    ['STATUS_DIFFERS', wrong.orderId, true],
  ]);
});

test('Each night what was started in the last day is compared without anybody asking.', async () => {
  const before = await prisma.reconciliation.count({ where: { provider: 'MONEYWALL' } });
  await addJob(prisma, 'compare-credit', {});
  const through = () => prisma.reconciliation.count({ where: { provider: 'MONEYWALL', finishedAt: { not: null } } });
  await expect.poll(through, { timeout: 20_000 }).toBe(before + 1);
});

test('A lender that lists nothing cannot be compared with.', async () => {
  const shop = await gateway.partner(unique('shop'));
  await startMoneywall(gateway, shop.partnerId);
  const theirs = run(gateway, shop.apiKey);
  const input = { provider: 'MONEYWALL' as const };
  expect(await refusal(theirs(StartReconciliationDocument, { input }))).toMatchObject({ code: 'NOT_SUPPORTED' });
});
