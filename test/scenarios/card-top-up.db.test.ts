import { expect, test } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreateTopUpDocument,
  PaymentDetailsDocument,
  WalletCardsDocument,
  WatchPaymentDocument,
} from '../../schema/operations.ts';
import { verifyLedger } from '../../src/ledger/checks.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run, subscribe } from '../support/operations.ts';
import { booksStay, invalid } from '../support/refused.ts';
import { openWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
const pages = { returnUrl: 'https://shop.example/ok', failureUrl: 'https://shop.example/no' };

/** Watches a payment to its end; a provider's word is followed, so every status that was pushed is here. */
async function statusesOf(paymentId: string, follow = false, count = Number.POSITIVE_INFINITY): Promise<string[]> {
  const seen: string[] = [];
  const watched = subscribe(gateway.ws(apiKey), WatchPaymentDocument, { id: paymentId, follow });
  for await (const { paymentUpdated } of watched.rest()) {
    if (seen.at(-1) !== paymentUpdated.status) seen.push(paymentUpdated.status);
    if (seen.length >= count) break;
  }
  return seen;
}

async function topUp(walletId: string, extra: object = {}) {
  const input = {
    idempotencyKey: unique('top-up'),
    walletId,
    amount: rub('100.50'),
    method: 'CARD' as const,
    ...pages,
    ...extra,
  };
  return done((await call(CreateTopUpDocument, { input })).topUpCreate, 'TopUpCreateSuccess').payment;
}

test('A card is typed on the page, the top-up completes by webhook, the card is kept and pays again by itself.', async () => {
  const walletId = await openWalletOf(call, newPhone());
  const created = await topUp(walletId, { saveCard: true });
  expect(created).toMatchObject({ status: 'CREATED', availableActions: ['CONFIRM', 'CANCEL'] });
  const watching = statusesOf(created.id);
  const confirmed = done(
    (await call(ConfirmPaymentDocument, { paymentId: created.id })).paymentConfirm,
    'PaymentConfirmSuccess',
  );
  expect(confirmed.payment.status).toBe('PROCESSING');
  const waiting = (await call(PaymentDetailsDocument, { id: created.id })).payment;
  expect(waiting?.nextAction).toMatchObject({ __typename: 'RedirectAction', url: expect.stringContaining('/ipsp/') });
  mbank.act('page', { payment: await mbank.referenceOf(created.id), result: 'approve' });
  expect(await watching).toEqual(['CREATED', 'PROCESSING', 'COMPLETED']);

  const wallet = (await call(WalletCardsDocument, { id: walletId })).wallet;
  expect(wallet?.balances).toEqual([
    { currency: 'RUB', posted: { amount: '100.50' }, pending: { amount: '0.00' }, available: { amount: '100.50' } },
  ]);
  expect(wallet?.cards).toMatchObject([{ kind: 'LINKED', state: 'ACTIVE' }]);

  const cardId = wallet?.cards[0]?.id ?? '';
  const again = await topUp(walletId, { cardId, confirm: true });
  expect((await statusesOf(again.id)).at(-1)).toBe('COMPLETED');
  expect((await call(WalletCardsDocument, { id: walletId })).wallet?.balances[0]?.posted.amount).toBe('201.00');
  expect((await verifyLedger(gateway.deps.db)).ok).toBe(true);
});

test.each(['CASH', 'BANK_TRANSFER', 'FAST_PAYMENT'] as const)(
  'By %s no card is chosen or kept: that is said, not passed over, and nothing moves.',
  async (method) => {
    const walletId = await openWalletOf(call, newPhone());
    for (const [field, card] of [
      ['cardId', { cardId: unique('card') }],
      ['saveCard', { saveCard: true }],
    ] as const) {
      const idempotencyKey = unique('top-up');
      const input = { idempotencyKey, walletId, amount: rub('100'), method };
      const refused = await booksStay(gateway, () => call(CreateTopUpDocument, { input: { ...input, ...card } }));
      const message = `goes with the method CARD: no card pays by ${method}. Leave ${field} out.`;
      expect(refused.topUpCreate).toMatchObject(invalid(`input.${field}`, message));
      // the key is free: the remedy is to send the same again without the card
      if (method !== 'FAST_PAYMENT')
        done((await call(CreateTopUpDocument, { input })).topUpCreate, 'TopUpCreateSuccess');
    }
  },
);

test.each(['CASH', 'BANK_TRANSFER'] as const)(
  'By %s no provider and no page takes part: that is said, not passed over, and nothing moves.',
  async (method) => {
    const walletId = await openWalletOf(call, newPhone());
    const url = 'https://shop.example/back';
    for (const [field, page] of [
      ['provider', { provider: 'MBANK' }],
      ['returnUrl', { returnUrl: url }],
      ['failureUrl', { failureUrl: url }],
      ['embedded', { embedded: true }],
    ] as const) {
      const idempotencyKey = unique('top-up');
      const input = { idempotencyKey, walletId, amount: rub('100'), method };
      const refused = await booksStay(gateway, () => call(CreateTopUpDocument, { input: { ...input, ...page } }));
      const message = `goes with the methods CARD and FAST_PAYMENT: no provider and no page takes part in ${method}. Leave ${field} out.`;
      expect(refused.topUpCreate).toMatchObject(invalid(`input.${field}`, message));
      done((await call(CreateTopUpDocument, { input })).topUpCreate, 'TopUpCreateSuccess');
    }
  },
);
