import { createHmac, randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import {
  CreateTransferDocument,
  ProviderAccountWebhooksDocument,
  RegisterProviderWebhookDocument,
  RemoveProviderWebhookDocument,
  RotateProviderWebhookKeyDocument,
  TestProviderWebhookDocument,
  UnlinkWalletDocument,
  WalletWebhookDocument,
} from '../../schema/operations.ts';
import { registerWebhook } from '../../src/domain/webhook/register-webhook.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, refusal, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { freePort, linkQiwi, type QiwiWallet, reconciled, startQiwi } from '../support/qiwi.ts';
import { booksStay, notFound } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const shop = await openShop(gateway);
const { call } = shop;
const qiwi = await startQiwi(gateway, shop.id);
const ours = `${gateway.url}/webhooks/qiwi/${qiwi.account.id}`;

const webhookOf = async (id: string) => (await call(WalletWebhookDocument, { id })).wallet?.providerWebhook ?? null;
const hooks = '/payment-notifier/v1/hooks';
const hookAt = (url: string) => `${hooks}?hookType=1&param=${encodeURIComponent(url)}&txnType=2`;
const activeAtProvider = async (wallet: QiwiWallet) => {
  const answer = await qiwi.elsewhere(wallet, 'GET', `${hooks}/active`);
  return answer.status === 404 ? null : ((await answer.json()) as { hookId: string; txnType: string });
};
const spoil = (operation: string, kind: 'close' | 'status' | 'hold', when: 'before' | 'after', times = 1) =>
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation, kind, when, times });
const bookedIn = (walletId: string) =>
  gateway.deps.db.prisma.payment.count({ where: { destinationWalletId: walletId } });
const requestsOf = async (operation: string) => {
  const text = await (await gateway.fetch('/metrics')).text();
  const lines = text.matchAll(
    new RegExp(`koshel_provider_requests_total\\{[^}]*operation="${operation}"[^}]*\\} (\\d+)`, 'g'),
  );
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
};
const received = async (verdict: string) => {
  const text = await (await gateway.fetch('/metrics')).text();
  return Number(
    new RegExp(`koshel_webhooks_received_total\\{[^}]*verdict="${verdict}"[^}]*\\} (\\d+)`).exec(text)?.[1] ?? 0,
  );
};
/** The last call that the emulator has made, or kept back, about a wallet's money. */
const lastCall = () => qiwi.sandbox.control.webhooks('qiwi').at(-1);
const post = (body: string, url = ours) =>
  fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });

describe('Registration', () => {
  test('Linking registers both directions with a key; unlinking takes it back at the provider, too.', async () => {
    const wallet = qiwi.wallet();
    const id = await linkQiwi(call, qiwi, wallet);
    const webhook = await webhookOf(id);
    const active = await activeAtProvider(wallet);
    expect(webhook).toMatchObject({
      registration: 'API',
      reference: active?.hookId,
      url: ours,
      directions: ['IN', 'OUT'],
      active: true,
      keyIssuedAt: expect.any(String),
      lastReceivedAt: null,
      wallet: { id },
    });
    expect(active?.txnType).toBe('BOTH');
    done((await call(UnlinkWalletDocument, { walletId: id })).walletUnlink, 'WalletUnlinkSuccess');
    expect(await activeAtProvider(wallet)).toBeNull();
    expect(await webhookOf(id)).toBeNull();
  });

  test('One that is ours already is adopted; another address is left alone, and the wallet is linked all the same.', async () => {
    const [known, taken] = [qiwi.wallet(), qiwi.wallet()];
    await qiwi.elsewhere(known, 'PUT', hookAt(ours));
    const adopted = await linkQiwi(call, qiwi, known);
    expect((await webhookOf(adopted))?.reference).toBe((await activeAtProvider(known))?.hookId);

    await qiwi.elsewhere(taken, 'PUT', hookAt('https://somebody.example/hook'));
    const id = await linkQiwi(call, qiwi, taken);
    expect(await webhookOf(id)).toBeNull();
    const input = { providerAccountId: qiwi.account.id, walletId: id };
    expect(await refusal(call(RegisterProviderWebhookDocument, { input }))).toMatchObject({
      __typename: 'ConflictError',
    });
  });

  test('An answer that is lost leaves one webhook: it is found, and the job sees to it.', async () => {
    const wallet = qiwi.wallet();
    spoil('HOK-1', 'close', 'after');
    const id = await linkQiwi(call, qiwi, wallet);
    expect(await webhookOf(id)).toBeNull();
    await gateway.deps.db.pool.query(`UPDATE graphile_worker._private_jobs SET run_at = now() WHERE key = $1`, [
      `register-webhook:${id}`,
    ]);
    await vi.waitFor(async () => expect(await webhookOf(id)).toMatchObject({ active: true }), { timeout: 15_000 });
    expect((await webhookOf(id))?.reference).toBe((await activeAtProvider(wallet))?.hookId);
  });

  test('Only one direction may be wanted; removing counts as done when the provider has forgotten it.', async () => {
    const wallet = qiwi.wallet();
    const id = await linkQiwi(call, qiwi, wallet, { registerWebhook: false });
    expect(await webhookOf(id)).toBeNull();
    const input = { providerAccountId: qiwi.account.id, walletId: id, directions: ['IN' as const] };
    const { providerWebhookRegister } = await call(RegisterProviderWebhookDocument, { input });
    const { webhook } = done(providerWebhookRegister, 'ProviderWebhookRegisterSuccess');
    expect(webhook.directions).toEqual(['IN']);
    expect((await activeAtProvider(wallet))?.txnType).toBe('IN');
    await qiwi.elsewhere(wallet, 'DELETE', `${hooks}/${webhook.reference}`);
    expect(await webhookOf(id)).toMatchObject({ active: false });
    for (let time = 1; time <= 2; time += 1) {
      const { providerWebhookRemove } = await call(RemoveProviderWebhookDocument, { webhookId: webhook.id });
      expect(done(providerWebhookRemove, 'ProviderWebhookRemoveSuccess').webhook.active).toBe(false);
    }
    expect(await webhookOf(id)).toBeNull();
  });

  test('The house wallet has one, too; the account shows all, and where it is pasted by hand its one address.', async () => {
    const input = { providerAccountId: qiwi.account.id };
    const { providerWebhookRegister } = await call(RegisterProviderWebhookDocument, { input });
    const { webhook } = done(providerWebhookRegister, 'ProviderWebhookRegisterSuccess');
    const { node } = await call(ProviderAccountWebhooksDocument, { id: qiwi.account.id });
    const shown = node && 'webhooks' in node ? node.webhooks : [];
    expect(shown.map(({ id }) => id)).toContain(webhook.id);
    const mbank = await startMbank(gateway, shop.id);
    const manual = (await call(ProviderAccountWebhooksDocument, { id: mbank.account.id })).node;
    expect(manual).toMatchObject({
      webhooks: [
        {
          registration: 'MANUAL',
          reference: null,
          url: `${gateway.url}/webhooks/mbank/${mbank.account.id}`,
          active: false,
        },
      ],
    });
    const own = { input: { providerAccountId: mbank.account.id } };
    expect(await refusal(call(RegisterProviderWebhookDocument, own))).toMatchObject({
      __typename: 'NotSupportedError',
    });
  });

  test('An address that is too long is refused before anything is sent; a stranger’s webhook does not exist.', async () => {
    const wallet = qiwi.wallet();
    const id = await linkQiwi(call, qiwi, wallet, { registerWebhook: false });
    const config = { ...gateway.config, publicUrl: `https://${'gateway.'.repeat(12)}example` };
    const viewer = { kind: 'PARTNER' as const, partnerId: shop.id, apiKeyId: '', scopes: new Set<never>() };
    const asked = await requestsOf('HOK-1');
    await expect(
      registerWebhook({ ...gateway.deps, config }, viewer, { providerAccountId: qiwi.account.id, walletId: id }),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT', issues: [{ message: expect.stringContaining('takes 100') }] });
    expect(await requestsOf('HOK-1')).toBe(asked);

    const stranger = await openShop(gateway, { name: 'Stranger' });
    const webhookId = (await webhookOf(await linkQiwi(call, qiwi, qiwi.wallet())))?.id ?? '';
    expect(await refusal(stranger.call(RemoveProviderWebhookDocument, { webhookId }))).toMatchObject(notFound);
    expect(await refusal(stranger.call(TestProviderWebhookDocument, { webhookId }))).toMatchObject(notFound);
  });
});

describe('Calls', () => {
  test('A test call moves its time and books nothing.', async () => {
    const id = await linkQiwi(call, qiwi, qiwi.wallet());
    const webhookId = (await webhookOf(id))?.id ?? '';
    await booksStay(gateway, async () => {
      const { providerWebhookTest } = await call(TestProviderWebhookDocument, { webhookId });
      done(providerWebhookTest, 'ProviderWebhookTestSuccess');
      await vi.waitFor(async () => expect((await webhookOf(id))?.lastTestAt).not.toBeNull());
    });
  });

  test('Forged, altered and unknown ones are refused and counted, move nothing, and make us ask for the key once.', async () => {
    const wallet = qiwi.wallet();
    const id = await linkQiwi(call, qiwi, wallet);
    qiwi.sandbox.control.withholdWebhooks('qiwi');
    qiwi.act('deposit', { wallet: wallet.number, amount: 5 });
    const genuine = JSON.parse(lastCall()?.body ?? '') as { hash: string; hookId: string; payment: object };
    const asked = await requestsOf('HOK-3');
    const before = await received('forged');
    await booksStay(gateway, async () => {
      const altered = { ...genuine, payment: { ...genuine.payment, sum: { amount: 5_000_000, currency: 643 } } };
      for (let time = 1; time <= 5; time += 1) expect((await post(JSON.stringify(altered))).status).toBe(401);
      const key = createHmac('sha256', 'guess').update('x').digest('hex');
      expect((await post(JSON.stringify({ ...genuine, hash: key }))).status).toBe(401);
      expect((await post(JSON.stringify({ ...genuine, hookId: randomUUID() }))).status).toBe(401);
      expect((await post(JSON.stringify({ hookId: randomUUID(), messageId: randomUUID(), test: true }))).status).toBe(
        404,
      );
      expect((await post('{')).status).toBe(400);
      expect((await post(JSON.stringify(genuine), `${ours.slice(0, -3)}000`)).status).toBe(404);
    });
    expect(await received('forged')).toBe(before + 7);
    expect(await requestsOf('HOK-3')).toBe(asked + 1);
    qiwi.sandbox.control.releaseWebhooks('qiwi');
    await vi.waitFor(async () => expect(await bookedIn(id)).toBe(1), { timeout: 15_000 });
    expect((await post(JSON.stringify(genuine))).status).toBe(200);
    expect(await received('known')).toBeGreaterThan(0);
    await reconciled(call, { walletId: id });
    expect(await bookedIn(id)).toBe(1);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('A new key counts at once: what was signed with the old one is refused, and found in the history.', async () => {
    const wallet = qiwi.wallet();
    const id = await linkQiwi(call, qiwi, wallet);
    const before = await webhookOf(id);
    qiwi.sandbox.control.withholdWebhooks('qiwi');
    qiwi.act('deposit', { wallet: wallet.number, amount: 7 });
    const { providerWebhookRotateKey } = await call(RotateProviderWebhookKeyDocument, { webhookId: before?.id ?? '' });
    const { webhook } = done(providerWebhookRotateKey, 'ProviderWebhookRotateKeySuccess');
    expect(webhook.reference).toBe(before?.reference);
    expect(Date.parse(webhook.keyIssuedAt ?? '')).toBeGreaterThan(Date.parse(before?.keyIssuedAt ?? ''));
    qiwi.sandbox.control.releaseWebhooks('qiwi');
    await qiwi.sandbox.control.idle();
    expect(qiwi.sandbox.control.webhooks('qiwi').at(-1)).toMatchObject({ state: 'failed' });
    await vi.waitFor(async () => expect(await bookedIn(id)).toBe(1), { timeout: 20_000 });
    qiwi.act('deposit', { wallet: wallet.number, amount: 8 });
    await vi.waitFor(async () => expect(await bookedIn(id)).toBe(2), { timeout: 15_000 });
    expect((await webhookOf(id))?.lastReceivedAt).not.toBeNull();
  });

  test('A key that was replaced elsewhere is fetched when the first signature fails.', async () => {
    const wallet = qiwi.wallet();
    const id = await linkQiwi(call, qiwi, wallet);
    const webhook = await webhookOf(id);
    await qiwi.elsewhere(wallet, 'POST', `${hooks}/${webhook?.reference}/newkey`);
    qiwi.act('deposit', { wallet: wallet.number, amount: 9 });
    await qiwi.sandbox.control.idle();
    expect(lastCall()).toMatchObject({ state: 'delivered', attempts: [{ status: 200 }] });
    await vi.waitFor(async () => expect(await bookedIn(id)).toBe(1), { timeout: 15_000 });
  });

  test('The call about a payment of ours comes before the provider has answered it: it completes once.', async () => {
    const [from, to] = [qiwi.wallet(1_000), qiwi.wallet(0)];
    const fromWalletId = await linkQiwi(call, qiwi, from);
    const toId = await linkQiwi(call, qiwi, to);
    spoil('PAY-4', 'hold', 'after');
    const input = {
      idempotencyKey: unique('pay'),
      fromWalletId,
      to: { walletId: toId },
      amount: rub('100'),
      confirm: true,
    };
    const answer = call(CreateTransferDocument, { input });
    const paid = () => gateway.deps.db.prisma.payment.findMany({ where: { sourceWalletId: fromWalletId } });
    await vi.waitFor(async () => expect(await paid()).toMatchObject([{ status: 'COMPLETED', origin: 'API' }]), {
      timeout: 20_000,
    });
    expect(qiwi.sandbox.control.releaseAnswers()).toBe(1);
    const { payment } = done((await answer).transferCreate, 'TransferCreateSuccess');
    expect(payment).toMatchObject({ status: 'COMPLETED' });
    await vi.waitFor(async () =>
      expect(await gateway.deps.db.prisma.webhookReceipt.count({ where: { handledAt: null } })).toBe(0),
    );
    for (const walletId of [fromWalletId, toId]) {
      const [round] = await reconciled(call, { walletId });
      expect(round).toMatchObject({ matched: 1, breaks: [] });
    }
    expect(await paid()).toHaveLength(1);
    expect(await bookedIn(toId)).toBe(1);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('Of a wallet that was unlinked nothing is heard any more.', async () => {
    const wallet = qiwi.wallet();
    const id = await linkQiwi(call, qiwi, wallet);
    qiwi.sandbox.control.withholdWebhooks('qiwi');
    qiwi.act('deposit', { wallet: wallet.number, amount: 9 });
    const body = lastCall()?.body ?? '';
    qiwi.sandbox.control.releaseWebhooks('qiwi', []);
    done((await call(UnlinkWalletDocument, { walletId: id })).walletUnlink, 'WalletUnlinkSuccess');
    await booksStay(gateway, async () => expect((await post(body)).status).toBe(401));
    qiwi.sandbox.control.reset('qiwi');
  });
});
