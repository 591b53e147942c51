import { describe, expect, test } from 'vitest';
import {
  BlockCardDocument,
  BuyCardPackageDocument,
  CancelPaymentDocument,
  CardOffersDocument,
  CardStatementDocument,
  ConfirmPaymentDocument,
  IssuedCardDocument,
  RenameCardDocument,
  RevealCardDocument,
  UnblockCardDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, fault, newPhone, refusal, unique } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { figures } from '../support/provider-wallets.ts';
import { freePort, startQiwi } from '../support/qiwi.ts';
import { cardDesk } from '../support/qiwi-cards.ts';
import { recordedEvents } from '../support/recorded-events.ts';
import { booksStay, invalid, notFound } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { openWalletOf } from '../support/wallets.ts';

/** Virtual cards that QIWI issues: QIWI's list is the truth, and an order gives one card, whatever answer is lost. */

const gateway = await startTestApp({
  env: { PORT: await freePort() },
  patience: { limits: { breakAfter: 1_000 } },
});
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const other = run(gateway, (await gateway.partner('Another')).apiKey);
const qiwi = await startQiwi(gateway, partnerId);
const { prisma } = gateway.deps.db;
const { control } = qiwi.sandbox;

const { wallet, atQiwi, orderInput, order, ordered, freeCard, pay, look, cardsOf } = cardDesk(call, qiwi);
const spoil = (operation: string, kind: 'close' | 'status' | 'garbage', when: 'before' | 'after', times = 1) =>
  control.fault({ provider: 'qiwi', operation, kind, when, times });
const eventsOf = async (cardId: string) =>
  (await recordedEvents(gateway.deps.db, { types: ['CARD_UPDATED'] })).filter(
    ({ data }) => data.kind === 'card' && data.cardId === cardId,
  ).length;
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
const refused = (work: () => Promise<object>) => booksStay(gateway, () => refusal(work()));
const unavailable = { __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' };
const cardState = (state: string) => ({ __typename: 'StateError', code: 'CARD_STATE', state });

describe('A package and its cards', () => {
  test('A package is bought out of the wallet, and its cards cost nothing.', async () => {
    const { owner, walletId } = await wallet();
    const { cardOffers } = await call(CardOffersDocument, { walletId });
    expect(cardOffers.map(({ code, kind, cards }) => [code, kind, cards])).toEqual([
      ['qvc-cpa', 'CARD', null],
      ['qvc-cpa-debit', 'CARD', null],
      ['qvc-master', 'PACKAGE', 5],
    ]);
    const input = { idempotencyKey: unique('package'), walletId, offerCode: 'qvc-master', confirm: true };
    const buy = async () =>
      done((await call(BuyCardPackageDocument, { input })).cardPackageBuy, 'CardPackageBuySuccess');
    const { payment } = await buy();
    expect(payment).toMatchObject({ kind: 'PAYOUT', amount: { amount: '2999.00' } });
    expect(await buy()).toMatchObject({ replayed: true, payment: { id: payment.id } });
    const status = async () => (await prisma.payment.findUniqueOrThrow({ where: { id: payment.id } })).status;
    await expect.poll(status, { timeout: 20_000 }).toBe('COMPLETED');
    expect(await figures(call, walletId)).toMatchObject({ posted: '7001.00', pending: '0.00' });

    const card = await ordered(walletId);
    expect(card).toMatchObject({ kind: 'ISSUED', state: 'ACTIVE', providerState: 'ACTIVE', price: { amount: '0.00' } });
    expect(card.maskedPan).toMatch(/^\*{4}\d{4}$/);
    expect(await look(card.id)).toMatchObject({ offer: { code: 'qvc-cpa' }, unblockable: false });
    expect(await atQiwi(owner)).toHaveLength(1);
    await booksAreRight();
  });

  test('An offer that does not exist is refused by its name, for cards and for packages.', async () => {
    const { walletId } = await wallet();
    expect(await refused(() => order(orderInput(walletId, { offerCode: 'gold' })))).toMatchObject(
      invalid('input.offerCode', 'must be one of qvc-cpa, qvc-cpa-debit (cardOffers).'),
    );
    const input = { idempotencyKey: unique('package'), walletId, offerCode: 'qvc-cpa', confirm: true };
    expect(await refused(() => call(BuyCardPackageDocument, { input }))).toMatchObject(
      invalid('input.offerCode', 'must be one of qvc-master (cardOffers).'),
    );
    const local = await openWalletOf(call, newPhone());
    expect(await refused(() => order(orderInput(local)))).toMatchObject({ code: 'NOT_SUPPORTED' });
  });
});

describe('A card that costs something', () => {
  test('It waits for its price, is paid out of the wallet, and is there once QIWI lists it.', async () => {
    const { owner, walletId } = await wallet(1_000);
    const card = await ordered(walletId);
    expect(card).toMatchObject({ state: 'PAYMENT_REQUIRED', price: { amount: '99.00', currency: 'RUB' } });
    qiwi.act('outcome', { status: 'WAITING' });
    const key = unique('pay');
    const created = done((await pay(card.id, false, key)).cardPay, 'CardPaySuccess');
    expect(created).toMatchObject({ payment: { status: 'CREATED' }, card: { state: 'PAYMENT_REQUIRED' } });
    expect(await refused(() => pay(card.id, true))).toMatchObject(cardState('PAYMENT_REQUIRED'));
    await call(ConfirmPaymentDocument, { paymentId: created.payment.id });
    expect(await look(card.id)).toMatchObject({ state: 'PENDING' });
    expect(await figures(call, walletId)).toMatchObject({ posted: '1000.00', pending: '99.00' });
    expect(await refused(() => pay(card.id, true))).toMatchObject(cardState('PENDING'));
    const { reference } = await prisma.payment.findUniqueOrThrow({ where: { id: created.payment.id } });
    qiwi.act('payment.complete', { id: reference });
    await expect.poll(async () => (await look(card.id))?.state, { timeout: 20_000 }).toBe('ACTIVE');
    expect(await look(card.id)).toMatchObject({ payments: { edges: [{ node: { id: created.payment.id } }] } });
    await expect.poll(async () => (await figures(call, walletId)).posted, { timeout: 20_000 }).toBe('901.00');
    expect(await atQiwi(owner)).toHaveLength(1);
    expect(await cardsOf(walletId)).toMatchObject([{ id: card.id }]);
    expect(done((await pay(card.id, false, key)).cardPay, 'CardPaySuccess')).toMatchObject({ replayed: true });
    await booksAreRight();
  });

  test('A payment that QIWI refuses, or that is cancelled, leaves it to be paid again.', async () => {
    const { walletId } = await wallet(50);
    const card = await ordered(walletId);
    const { payment: refusedOne } = done((await pay(card.id, true)).cardPay, 'CardPaySuccess');
    await expect.poll(async () => (await look(card.id))?.state, { timeout: 20_000 }).toBe('PAYMENT_REQUIRED');
    expect(await prisma.payment.findUniqueOrThrow({ where: { id: refusedOne.id } })).toMatchObject({
      status: 'DECLINED',
      declineReason: 'INSUFFICIENT_FUNDS',
    });
    const { payment } = done((await pay(card.id, false)).cardPay, 'CardPaySuccess');
    await call(CancelPaymentDocument, { paymentId: payment.id });
    expect(done((await pay(card.id, false)).cardPay, 'CardPaySuccess').payment.id).not.toBe(payment.id);
    expect(await figures(call, walletId)).toMatchObject({ posted: '50.00', pending: '0.00' });
    await booksAreRight();
  });
});

describe('A card in use', () => {
  test('It is blocked, unblocked and named, once and again; each change is told.', async () => {
    const { owner, walletId } = await wallet();
    const { id: cardId } = await freeCard(walletId);
    const before = await eventsOf(cardId);
    for (const _time of [1, 2])
      expect(done((await call(BlockCardDocument, { cardId })).cardBlock, 'CardBlockSuccess').card.state).toBe(
        'BLOCKED',
      );
    expect((await atQiwi(owner))[0]?.qvx.status).toBe('BLOCKED');
    for (const _time of [1, 2])
      expect(done((await call(UnblockCardDocument, { cardId })).cardUnblock, 'CardUnblockSuccess').card.state).toBe(
        'ACTIVE',
      );
    for (const _time of [1, 2]) await call(RenameCardDocument, { cardId, alias: 'Travel' });
    expect((await atQiwi(owner))[0]?.qvx.cardAlias).toBe('Travel');
    expect(await eventsOf(cardId)).toBe(before + 3);
    expect(await refused(() => call(RenameCardDocument, { cardId, alias: ' ' }))).toMatchObject(
      invalid('input.alias', 'must have 1 to 64 characters.'),
    );
  });

  test('What QIWI refuses is answered by its word, and the card stays as it was.', async () => {
    const { walletId } = await wallet();
    const { id: cardId } = await freeCard(walletId);
    await call(BlockCardDocument, { cardId });
    for (const status of ['FAIL', 'CONFIRMATION_REQUIRED', 'CONFIRMATION_LIMIT_EXCEED']) {
      qiwi.act('card.result', { status });
      expect(await refused(() => call(UnblockCardDocument, { cardId }))).toMatchObject({
        __typename: 'ProviderRejectedError',
        providerCode: status,
      });
    }
    expect(await look(cardId)).toMatchObject({ state: 'BLOCKED' });
    qiwi.act('card.result', { status: 'FAIL' });
    expect(await refused(() => call(RenameCardDocument, { cardId, alias: 'x' }))).toMatchObject({
      __typename: 'ProviderRejectedError',
      providerCode: 'FAIL',
    });
  });

  test('What happens to cards elsewhere is seen here: issued, blocked by the bank, on its way.', async () => {
    const { owner, walletId } = await wallet();
    qiwi.act('card.issue', { wallet: owner.number, kind: 'qvc-cpa-debit' });
    const looks = await Promise.all(Array.from({ length: 6 }, () => cardsOf(walletId)));
    expect(new Set(looks.flatMap((cards) => cards.map(({ id }) => id))).size).toBe(1);
    const [card] = await cardsOf(walletId);
    expect(card).toMatchObject({ state: 'ACTIVE', offer: { code: 'qvc-cpa-debit' }, price: null });
    const number = (await atQiwi(owner))[0]?.qvx.id;
    qiwi.act('card.status', { card: number, status: 'BLOCKED' });
    expect(await cardsOf(walletId)).toMatchObject([{ state: 'BLOCKED', unblockable: false }]);
    expect(await refused(() => call(UnblockCardDocument, { cardId: card?.id ?? '' }))).toMatchObject({
      providerCode: 'FAIL',
    });
    qiwi.act('card.status', { card: number, status: 'SENDED_TO_USER' });
    expect(await cardsOf(walletId)).toMatchObject([{ state: 'PENDING', providerState: 'SENDED_TO_USER' }]);
  });

  test('Its number and code are shown to who has the right to them, and to nobody else.', async () => {
    const { walletId } = await wallet();
    const { id: cardId, maskedPan } = await freeCard(walletId);
    const { details } = done((await call(RevealCardDocument, { cardId })).cardReveal, 'CardRevealSuccess');
    expect(details).toMatchObject({
      pan: expect.stringMatching(new RegExp(`^\\d{12}${maskedPan?.slice(-4)}$`)),
      cvv: expect.stringMatching(/^\d{3}$/),
      expiryMonth: expect.any(Number),
      expiryYear: new Date().getUTCFullYear() + 1,
    });
    qiwi.act('card.result', { status: 'CONFIRMATION_REQUIRED' });
    expect(await refused(() => call(RevealCardDocument, { cardId }))).toMatchObject({
      providerCode: 'CONFIRMATION_REQUIRED',
    });
    const blind = (await gateway.partner('Blind', ['CARDS_READ', 'CARDS_WRITE', 'WALLETS_READ'])).apiKey;
    expect(await fault(gateway, blind, RevealCardDocument, { cardId })).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refused(() => other(RevealCardDocument, { cardId }))).toMatchObject(notFound);
    spoil('MST-9', 'close', 'after');
    expect(await refused(() => call(RevealCardDocument, { cardId }))).toMatchObject(unavailable);
  });

  test('Its statement is a PDF behind a link that runs out; one over more than 90 days is refused.', async () => {
    const { owner, walletId } = await wallet();
    const { id } = await freeCard(walletId);
    const to = new Date();
    const from = new Date(to.getTime() - 30 * 86_400_000);
    expect(await atQiwi(owner)).toHaveLength(1);
    const { card } = await call(CardStatementDocument, { id, from: from.toISOString(), to: to.toISOString() });
    expect(card?.statementFile?.contentType).toBe('application/pdf');
    const file = await gateway.fetch(new URL(card?.statementFile?.url ?? '').pathname);
    expect(file.headers.get('content-type')).toBe('application/pdf');
    expect(
      Buffer.from(await file.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
    const tooLong = { id, from: new Date(to.getTime() - 91 * 86_400_000).toISOString(), to: to.toISOString() };
    expect(await fault(gateway, apiKey, CardStatementDocument, tooLong)).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('90 days'),
    });
  });

  test('While QIWI is down cards are shown as they are kept; another partner sees none of them.', async () => {
    const { walletId } = await wallet();
    const card = await freeCard(walletId);
    spoil('MST-5', 'close', 'before', 99);
    expect(await cardsOf(walletId)).toMatchObject([{ id: card.id, state: 'ACTIVE' }]);
    control.clearFaults('qiwi');
    expect((await other(IssuedCardDocument, { id: card.id })).card).toBeNull();
    expect(await refused(() => other(BlockCardDocument, { cardId: card.id }))).toMatchObject(notFound);
  });
});
