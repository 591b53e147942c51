import { print } from 'graphql';
import { afterAll, expect, test } from 'vitest';
import { ConfirmPaymentDocument } from '../../schema/operations.ts';
import { startApp } from '../../src/app.ts';
import { createLog } from '../../src/lib/log.ts';
import { bearer, startTestApp } from '../support/app.ts';
import { openShop } from '../support/builders.ts';
import { PATIENCE } from '../support/call-faults.ts';
import { figures } from '../support/provider-wallets.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { openedWallet, startVsePlatezhi } from '../support/vseplatezhi.ts';
import { toMerchant, vsePlatezhiMoney } from '../support/vseplatezhi-money.ts';

/** Two nodes on one database, and a provider that numbers nothing. */
const gateway = await startTestApp({ patience: PATIENCE });
const second = await startApp(gateway.config, { patience: PATIENCE, log: createLog('silent') });
afterAll(() => second.stop());
const shop = await openShop(gateway);
const { call } = shop;
const theirs = await startVsePlatezhi(gateway, shop.id);
const { lines, payout, reconciled, until } = vsePlatezhiMoney(gateway, theirs, shop.apiKey, call);
const { prisma } = gateway.deps.db;

const SLOW_MS = 150;
const confirmAt = async (url: string, paymentId: string) => {
  const body = JSON.stringify({ query: print(ConfirmPaymentDocument), variables: { paymentId } });
  const headers = { 'Content-Type': 'application/json', ...bearer(shop.apiKey) };
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
  expect(await answer.json()).toMatchObject({ data: { paymentConfirm: { __typename: 'PaymentConfirmSuccess' } } });
};

test('Equal payments of one wallet, confirmed at both nodes at once, go out one after another and are proven by a line each.', async () => {
  const { id: from, phone } = await openedWallet(call, { identification: 'FULL' });
  theirs.act('deposit', { wallet: phone.replace('+7', ''), amount: 1_000 });
  await reconciled(from);
  const ids: string[] = [];
  for (let count = 0; count < 6; count += 1) ids.push(await payout(from, toMerchant, '100'));
  const fault = { provider: 'vseplatezhi', operation: 'payment.execute' };
  theirs.sandbox.control.fault({ ...fault, kind: 'delay', ms: SLOW_MS, times: 4 });
  theirs.sandbox.control.fault({ ...fault, kind: 'close', when: 'after', times: 2 });
  const urls = [gateway.url, second.url];
  await Promise.all(ids.flatMap((id, index) => urls.map((url) => confirmAt(index % 2 === 0 ? url : gateway.url, id))));
  for (const id of ids) await until(id, 'COMPLETED');
  expect(lines({ phone }).filter(({ type }) => type === 'PAYMENT')).toHaveLength(6);
  const attempts = await prisma.paymentAttempt.findMany({ where: { paymentId: { in: ids } } });
  const calls = attempts.map(({ calledAt }) => Number(calledAt)).sort((a, b) => a - b);
  // four of them took their time
  const waits = calls.slice(1, 5).map((at, index) => at - (calls[index] ?? 0));
  for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(SLOW_MS);
  expect(await reconciled(from)).toMatchObject({ matched: 7, breaks: [] });
  const rows = await prisma.payment.findMany({ where: { sourceWalletId: from } });
  expect(new Set(rows.map(({ historyReference }) => historyReference)).size).toBe(6);
  expect(await figures(call, from)).toEqual({ posted: '400.00', pending: '0.00', upstream: '400.00' });
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
}, 90_000);
