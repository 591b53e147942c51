import { expect, test } from 'vitest';
import { BlockCardDocument, RenameCardDocument, UnblockCardDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, refusal } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { freePort, startQiwi } from '../support/qiwi.ts';
import { cardDesk } from '../support/qiwi-cards.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** An answer about a card that is lost: one order gives one card, and the list tells what a change has come to. */

const gateway = await startTestApp({ env: { PORT: await freePort() }, patience: { limits: { breakAfter: 1_000 } } });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const qiwi = await startQiwi(gateway, partnerId);
const { wallet, atQiwi, orderInput, order, freeCard, ordered, pay, look, cardsOf } = cardDesk(call, qiwi);
const spoil = (operation: string, kind: 'close' | 'status' | 'garbage', when: 'before' | 'after') =>
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation, kind, when });
const unavailable = { __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' };

test('To the draft: the same key orders once.', async () => {
  const { owner, walletId } = await wallet();
  const input = orderInput(walletId);
  spoil('MST-2', 'close', 'after');
  qiwi.act('card.order', { price: 'free' });
  expect(await refusal(order(input))).toMatchObject(unavailable);
  const { card, replayed } = done((await order(input)).cardOrder, 'CardOrderSuccess');
  expect([card.state, replayed]).toEqual(['ACTIVE', true]);
  expect(await atQiwi(owner)).toHaveLength(1);
});

test('To the order itself: the card is found in the list; a free one and one that costs.', async () => {
  const { owner, walletId } = await wallet();
  spoil('MST-3', 'close', 'after');
  expect(await freeCard(walletId)).toMatchObject({ state: 'ACTIVE' });
  const input = orderInput(walletId);
  spoil('MST-3', 'status', 'after');
  expect(await refusal(order(input))).toMatchObject(unavailable);
  const { card } = done((await order(input)).cardOrder, 'CardOrderSuccess');
  expect(card).toMatchObject({ state: 'PAYMENT_REQUIRED', price: { amount: '99.00' } });
  expect(await atQiwi(owner)).toHaveLength(1);
  expect(await cardsOf(walletId)).toHaveLength(2);
});

test('To the list after a free card was issued: it is on its way, and ACTIVE once the list can be read.', async () => {
  const { walletId } = await wallet();
  const { control } = qiwi.sandbox;
  qiwi.act('card.order', { price: 'free' });
  control.fault({ provider: 'qiwi', operation: 'MST-3', kind: 'hold', when: 'after' });
  const sent = order(orderInput(walletId));
  await expect.poll(() => control.state('qiwi')['heldAnswers'], { timeout: 10_000 }).toBe(1);
  // a read is tried again by itself, so each of its tries has to fail
  control.fault({ provider: 'qiwi', operation: 'MST-5', kind: 'close', when: 'before', times: 3 });
  control.releaseAnswers();
  const { card } = done((await sent).cardOrder, 'CardOrderSuccess');
  expect(card).toMatchObject({ state: 'PENDING', maskedPan: null });
  const row = () => gateway.deps.db.prisma.card.findUniqueOrThrow({ where: { id: card.id } });
  await expect.poll(async () => (await row()).state, { timeout: 30_000 }).toBe('ACTIVE');
});

test('To a block, an unblock and a name: the list tells.', async () => {
  const { walletId } = await wallet();
  const { id: cardId } = await freeCard(walletId);
  spoil('MST-7', 'close', 'after');
  expect(done((await call(BlockCardDocument, { cardId })).cardBlock, 'CardBlockSuccess').card).toMatchObject({
    state: 'BLOCKED',
    unblockable: true,
    blockedAt: expect.any(String),
  });
  spoil('MST-8', 'garbage', 'after');
  expect(done((await call(UnblockCardDocument, { cardId })).cardUnblock, 'CardUnblockSuccess').card.state).toBe(
    'ACTIVE',
  );
  spoil('MST-10', 'close', 'after');
  const renamed = await call(RenameCardDocument, { cardId, alias: 'Для покупок' });
  expect(done(renamed.cardRename, 'CardRenameSuccess').card.alias).toBe('Для покупок');
  spoil('MST-7', 'close', 'before');
  expect(await refusal(call(BlockCardDocument, { cardId }))).toMatchObject(unavailable);
  expect(await look(cardId)).toMatchObject({ state: 'ACTIVE' });
});

test('To the payment of a card: it is paid once, and there is one card.', async () => {
  const { owner, walletId } = await wallet(1_000);
  const { id } = await ordered(walletId);
  spoil('PAY', 'close', 'after');
  spoil('MST-4', 'close', 'after');
  const { payment } = done((await pay(id, true)).cardPay, 'CardPaySuccess');
  expect(['PROCESSING', 'COMPLETED']).toContain(payment.status);
  await expect.poll(async () => (await look(id))?.state, { timeout: 30_000 }).toBe('ACTIVE');
  expect(await atQiwi(owner)).toHaveLength(1);
  expect(await cardsOf(walletId)).toHaveLength(1);
  const paid = async () =>
    (await gateway.deps.db.prisma.payment.findUniqueOrThrow({ where: { id: payment.id } })).status;
  await expect.poll(paid, { timeout: 30_000 }).toBe('COMPLETED');
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});
