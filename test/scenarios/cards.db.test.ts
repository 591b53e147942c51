import { expect, test } from 'vitest';
import {
  CreateTopUpDocument,
  LinkCardDocument,
  RemoveCardDocument,
  WalletCardsDocument,
} from '../../schema/operations.ts';
import { verifyLedger } from '../../src/ledger/checks.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run } from '../support/operations.ts';
import { openWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
const { prisma } = gateway.deps.db;

const linkInput = (walletId: string, idempotencyKey = unique('link')) => ({
  idempotencyKey,
  walletId,
  successUrl: 'https://shop.example/ok',
  failureUrl: 'https://shop.example/no',
});

async function link(walletId: string) {
  return done((await call(LinkCardDocument, { input: linkInput(walletId) })).cardLink, 'CardLinkSuccess').card;
}

async function finish(cardId: string, result: 'approve' | 'decline'): Promise<void> {
  const { reference } = await prisma.card.findUniqueOrThrow({ where: { id: cardId } });
  mbank.act('page', { card: reference, result });
}

const stateOf = async (walletId: string, cardId: string) => {
  const states = ['PENDING', 'ACTIVE', 'FAILED', 'REMOVED'] as const;
  const { wallet } = await call(WalletCardsDocument, { id: walletId, states: [...states] });
  return wallet?.cards.find(({ id }) => id === cardId)?.state;
};

test('A card is linked on the provider’s page, told by notification, pays a top-up, and is removed for good.', async () => {
  const walletId = await openWalletOf(call, newPhone());
  const card = await link(walletId);
  expect(card).toMatchObject({
    state: 'PENDING',
    nextAction: { __typename: 'RedirectAction', url: expect.stringContaining('/ipsp/') },
  });
  await finish(card.id, 'approve');
  await expect.poll(() => stateOf(walletId, card.id), { timeout: 15_000 }).toBe('ACTIVE');

  const input = {
    idempotencyKey: unique('top-up'),
    walletId,
    amount: rub('10'),
    method: 'CARD' as const,
    cardId: card.id,
  };
  done((await call(CreateTopUpDocument, { input })).topUpCreate, 'TopUpCreateSuccess');
  const removed = done((await call(RemoveCardDocument, { cardId: card.id })).cardRemove, 'CardRemoveSuccess');
  expect(removed.card.state).toBe('REMOVED');
  expect(done((await call(RemoveCardDocument, { cardId: card.id })).cardRemove, 'CardRemoveSuccess').card.state).toBe(
    'REMOVED',
  );
  const again = { ...input, idempotencyKey: unique('top-up') };
  expect((await call(CreateTopUpDocument, { input: again })).topUpCreate).toMatchObject({
    __typename: 'StateError',
    state: 'REMOVED',
  });
  expect((await verifyLedger(gateway.deps.db)).ok).toBe(true);
});

test('A card that the bank refuses fails; a lost answer to the linking is made good by the same key.', async () => {
  const walletId = await openWalletOf(call, newPhone());
  const refused = await link(walletId);
  await finish(refused.id, 'decline');
  await expect.poll(() => stateOf(walletId, refused.id), { timeout: 15_000 }).toBe('FAILED');

  const input = linkInput(walletId);
  mbank.sandbox.control.fault({ provider: 'mbank', operation: 'cards.create', kind: 'close', when: 'after', times: 1 });
  expect((await call(LinkCardDocument, { input })).cardLink).toMatchObject({ __typename: 'ProviderUnavailableError' });
  const again = done((await call(LinkCardDocument, { input })).cardLink, 'CardLinkSuccess');
  expect(again).toMatchObject({ replayed: true, card: { state: 'PENDING' } });
  expect(await prisma.card.count({ where: { walletId, state: { not: 'FAILED' } } })).toBe(1);
});

test('Another wallet’s card pays nothing, and another partner’s is not there.', async () => {
  const [mine, other] = [await openWalletOf(call, newPhone()), await openWalletOf(call, newPhone())];
  const card = await link(mine);
  const before = await prisma.payment.count();
  const input = {
    idempotencyKey: unique('top-up'),
    walletId: other,
    amount: rub('10'),
    method: 'CARD' as const,
    cardId: card.id,
  };
  expect((await call(CreateTopUpDocument, { input })).topUpCreate).toMatchObject({ __typename: 'NotFoundError' });
  const stranger = run(gateway, (await gateway.partner('Stranger')).apiKey);
  expect((await stranger(RemoveCardDocument, { cardId: card.id })).cardRemove).toMatchObject({
    __typename: 'NotFoundError',
  });
  expect(await prisma.payment.count()).toBe(before);
  expect(await stateOf(mine, card.id)).toBe('PENDING');
});
