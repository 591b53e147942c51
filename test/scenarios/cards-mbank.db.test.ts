import { expect, test } from 'vitest';
import { CreateTopUpDocument, RemoveCardDocument, WalletCardsDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, refusal, rub, unique } from '../support/builders.ts';
import { statusesOf } from '../support/catalogue.ts';
import { startMbank } from '../support/mbank.ts';
import { run } from '../support/operations.ts';
import { linkedWallet } from '../support/provider-wallets.ts';
import { recordedEvents } from '../support/recorded-events.ts';
import { booksStay } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { openWalletOf } from '../support/wallets.ts';

/** Cards of a wallet that mbank keeps: its list is the truth, whoever changed it. */

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
const { prisma } = gateway.deps.db;
const { control } = mbank.sandbox;

/** A wallet at mbank, and a card that its owner has added there. */
async function walletWithCard() {
  const phone = newPhone();
  const walletId = await linkedWallet(call, mbank, 100, phone);
  const { id: reference } = (await mbank.elsewhere(phone, 'POST', '/cards')) as { id: number };
  return { phone, walletId, reference };
}

const every = ['PENDING', 'ACTIVE', 'FAILED', 'REMOVED'] as const;
const cardsOf = async (id: string, states?: (typeof every)[number][], by = call) =>
  (await by(WalletCardsDocument, { id, ...(states ? { states } : {}) })).wallet?.cards ?? [];
const eventsOf = async (cardId: string) =>
  (await recordedEvents(gateway.deps.db, { types: ['CARD_UPDATED'] })).filter(
    ({ data }) => data.kind === 'card' && data.cardId === cardId,
  ).length;
const topUp = (walletId: string, cardId: string) => ({
  input: {
    idempotencyKey: unique('top-up'),
    walletId,
    amount: rub('25'),
    method: 'CARD' as const,
    cardId,
    confirm: true,
  },
});

test('One that was added elsewhere is there once it can pay, once however many look, and pays.', async () => {
  const { walletId, reference } = await walletWithCard();
  expect(await cardsOf(walletId)).toEqual([]);
  mbank.act('page', { card: reference, result: 'approve' });
  const looks = await booksStay(gateway, () => Promise.all(Array.from({ length: 8 }, () => cardsOf(walletId))));
  const ids = new Set(looks.flatMap((cards) => cards.map(({ id }) => id)));
  expect(ids.size).toBe(1);
  const [card] = await cardsOf(walletId);
  expect(card).toMatchObject({ kind: 'LINKED', state: 'ACTIVE' });
  expect(await prisma.card.findMany({ where: { walletId } })).toMatchObject([{ reference: String(reference) }]);
  await expect.poll(() => eventsOf(card?.id ?? '')).toBe(1);

  const paid = await call(CreateTopUpDocument, topUp(walletId, card?.id ?? ''));
  const { payment } = done(paid.topUpCreate, 'TopUpCreateSuccess');
  const status = async () => (await prisma.payment.findUniqueOrThrow({ where: { id: payment.id } })).status;
  await expect.poll(status, { timeout: 15_000 }).toBe('COMPLETED');
  expect((await call(WalletCardsDocument, { id: walletId })).wallet?.balances[0]?.posted.amount).toBe('125.00');
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('One that was removed elsewhere pays no more, and does not come back.', async () => {
  const { phone, walletId, reference } = await walletWithCard();
  mbank.act('page', { card: reference, result: 'approve' });
  const [card] = await cardsOf(walletId);
  const cardId = card?.id ?? '';
  await mbank.elsewhere(phone, 'DELETE', `/cards/${reference}`);
  expect(await cardsOf(walletId)).toEqual([]);
  expect(await cardsOf(walletId, [...every])).toMatchObject([{ id: cardId, state: 'REMOVED' }]);
  const refused = await booksStay(gateway, () => refusal(call(CreateTopUpDocument, topUp(walletId, cardId))));
  expect(refused).toMatchObject({ __typename: 'StateError', code: 'CARD_STATE', state: 'REMOVED' });
  expect(done((await call(RemoveCardDocument, { cardId })).cardRemove, 'CardRemoveSuccess').card.state).toBe('REMOVED');
  await expect.poll(() => eventsOf(cardId)).toBe(2);
});

test('While mbank is down they are shown as they are kept; the administrator and a LOCAL wallet never ask it.', async () => {
  const { walletId, reference } = await walletWithCard();
  mbank.act('page', { card: reference, result: 'approve' });
  const before = await cardsOf(walletId);
  expect(before).toHaveLength(1);
  control.fault({ provider: 'mbank', operation: 'cards', kind: 'close', when: 'before', times: 99 });
  expect(await cardsOf(walletId)).toEqual(before);
  control.clearFaults('mbank');
  const asked = statusesOf(gateway, 'cards.list').length;
  expect(await cardsOf(walletId, undefined, run(gateway, gateway.config.adminKey))).toEqual(before);
  expect(await cardsOf(await openWalletOf(call, newPhone()))).toEqual([]);
  expect(statusesOf(gateway, 'cards.list')).toHaveLength(asked);
});
