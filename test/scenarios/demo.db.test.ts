import { describe, expect, test } from 'vitest';
import {
  AuthorizeWalletDocument,
  CreateCustomerDocument,
  CreateTopUpDocument,
  CustomerRecordsDocument,
  ProviderWalletDocument,
  StartCreditSessionDocument,
  WatchCreditSessionDocument,
  WatchPaymentDocument,
} from '../../schema/operations.ts';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { done, rub, unique } from '../support/builders.ts';
import { application, order, tellByCallsOnly } from '../support/moneywall.ts';
import { run, subscribe } from '../support/operations.ts';
import { freePort } from '../support/qiwi.ts';

/** What `npm start` offers: the sandbox and the demo data in it, with nothing set up by hand. */
const gateway = await startTestApp({ env: { SANDBOX: 'on', PORT: await freePort() } });
const demo = present(gateway.app.demo, 'the demo data');
const call = run(gateway, demo.apiKey);

/** What a browser does with a page of the provider: follows it to its form. */
async function formOf(url: string): Promise<{ action: string; page: string }> {
  const answer = await fetch(url);
  const page = await answer.text();
  const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(page) ?? [];
  return { action: new URL(action.replaceAll('&amp;', '&'), answer.url).href, page };
}

describe('The demo', () => {
  test('An owner links a wallet of the sandbox by consent, following nothing but the pages.', async () => {
    const { walletAuthorize } = await call(AuthorizeWalletDocument, {
      input: {
        idempotencyKey: unique('consent'),
        providerAccountId: demo.mbankAccountId,
        returnUrl: `${gateway.url}/graphql`,
      },
    });
    const { action } = done(walletAuthorize, 'WalletAuthorizeSuccess');
    const { action: target, page } = await formOf(action.url);
    const scopes = [...page.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope = '']) => ['scope', scope]);
    expect(scopes).not.toEqual([]);
    const body = new URLSearchParams([['username', '+79261111111'], ['password', 'p@ssw0rD'], ...scopes]);
    const agreed = await fetch(target, { method: 'POST', body, redirect: 'manual' });
    const back = agreed.headers.get('location') ?? '';
    expect(back).toMatch(`${gateway.url}/oauth/mbank/${demo.mbankAccountId}?`);
    const end = await fetch(back, { redirect: 'manual' });
    const id = new URL(end.headers.get('location') ?? '').searchParams.get('walletId') ?? '';
    expect((await call(ProviderWalletDocument, { id })).wallet).toMatchObject({
      number: '+79261111111',
      status: 'ACTIVE',
      credentials: [{ name: 'accessToken', state: 'VALID' }],
    });
  });

  test('The sandbox calls the gateway: a top-up whose card was typed on the page completes by its notification.', async () => {
    const input = {
      idempotencyKey: unique('top-up'),
      walletId: present(demo.wallets[0], 'a demo wallet').id,
      amount: rub('12'),
      method: 'CARD' as const,
      returnUrl: 'https://shop.example/ok',
      failureUrl: 'https://shop.example/no',
      confirm: true,
    };
    const { payment } = done((await call(CreateTopUpDocument, { input })).topUpCreate, 'TopUpCreateSuccess');
    expect(payment.status).toBe('PROCESSING');
    const { prisma } = gateway.deps.db;
    const { reference } = await prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId: payment.id } });
    const { baseUrl } = await prisma.providerAccount.findUniqueOrThrow({ where: { id: demo.mbankAccountId } });
    const approved = await fetch(new URL('/control/mbank/actions/page', baseUrl), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ payment: Number.parseInt(reference ?? '', 10), result: 'approve' }),
    });
    expect(approved.status).toBe(200);
    const watched = subscribe(gateway.ws(demo.apiKey), WatchPaymentDocument, { id: payment.id, follow: false });
    const seen: string[] = [];
    for await (const { paymentUpdated } of watched.rest()) seen.push(paymentUpdated.status);
    expect(seen.at(-1)).toBe('COMPLETED');
    const timeline = await prisma.paymentTransition.findMany({ where: { paymentId: payment.id } });
    expect(timeline.find(({ to }) => to === 'COMPLETED')).toMatchObject({ source: 'WEBHOOK' });
  });

  test('The demo partner is a storefront of DiWa: a customer is made a client there with nothing set up.', async () => {
    const externalId = unique('demo-diwa');
    const input = {
      externalId,
      provider: 'DIWA' as const,
      notifications: { channel: 'EMAIL', period: 'DAY' } as const,
    };
    done((await call(CreateCustomerDocument, { input })).customerCreate, 'CustomerCreateSuccess');
    const { customer } = await call(CustomerRecordsDocument, { externalId });
    expect(customer?.records).toMatchObject([{ provider: { code: 'DIWA' }, notifications: input.notifications }]);
  });

  test('The demo partner sells on credit: a shopper applies on the page that it shows, and the gateway is called.', async () => {
    const started = (await call(StartCreditSessionDocument, { input: order() })).creditSessionStart;
    const { session } = done(started, 'CreditSessionStartSuccess');
    await tellByCallsOnly(gateway, session.id);
    expect((await fetch(session.frameUrl ?? '')).status).toBe(200);
    const watched = subscribe(gateway.ws(demo.apiKey), WatchCreditSessionDocument, { id: session.id });
    expect((await watched.next()).creditSessionUpdated.state).toBe('PROCESSING');
    const body = new URLSearchParams({ ...application, do: 'apply', decision: 'authorize' });
    expect((await fetch(session.frameUrl ?? '', { method: 'POST', body, redirect: 'manual' })).status).toBe(303);
    expect((await watched.next()).creditSessionUpdated).toMatchObject({
      state: 'AUTHORIZED',
      timeline: [{}, { source: 'WEBHOOK' }],
    });
  });
});
