import { beforeEach, describe, expect, test } from 'vitest';
import { ConfirmPaymentDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { newPhone, refusal } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { figures } from '../support/provider-wallets.ts';
import { freePort, linkQiwi, type QiwiWallet, startQiwi } from '../support/qiwi.ts';
import { cardNumber, payer, payments } from '../support/qiwi-payments.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { fundedWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const qiwi = await startQiwi(gateway, partnerId);
const { payout, transfer, confirm, until, details } = payments(gateway, apiKey, call);

const linked = async (amount = 1_000): Promise<{ at: QiwiWallet; id: string }> => {
  const at = qiwi.wallet(amount);
  return { at, id: await linkQiwi(call, qiwi, at) };
};

/** A payment that QIWI takes and refuses afterwards: one code of each meaning in its error table. */
describe('A refusal in the history declines the payment and gives the money back', () => {
  test.each<[code: number, reason: string]>([
    [3, 'INTERNAL_ERROR'],
    [300, 'INTERNAL_ERROR'],
    [893, 'EXPIRED'],
    [4, 'INVALID_DATA'],
    [548, 'INVALID_DATA'],
    [241, 'INVALID_DATA'],
    [57, 'RECIPIENT_REFUSED'],
    [702, 'RECIPIENT_REFUSED'],
    [166, 'IDENTIFICATION_REQUIRED'],
    [220, 'INSUFFICIENT_FUNDS'],
    [242, 'LIMIT_EXCEEDED'],
    [704, 'LIMIT_EXCEEDED'],
    [131, 'PROVIDER_REFUSED'],
    [797, 'PROVIDER_REFUSED'],
    [987654, 'PROVIDER_REFUSED'],
  ])('with %i: %s.', async (code, declineReason) => {
    const { id } = await linked();
    qiwi.act('outcome', { status: 'ERROR', errorCode: code });
    const created = await payout(id, { phone: '+79161234567' }, '100', { confirm: true });
    const payment = await until(created.id, 'DECLINED');
    expect(payment).toMatchObject({ declineReason });
    expect(payment.attempts).toMatchObject([{ providerStatus: 'ERROR' }]);
    expect(await figures(call, id)).toMatchObject({ posted: '1000.00', pending: '0.00' });
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});

describe('A refusal at once is answered by its own name', () => {
  beforeEach(() => {
    qiwi.act('settings', { refusals: 'http' });
    return () => qiwi.act('settings', { refusals: 'history' });
  });

  /** Confirms a payment that must be refused; the wallet must stay as it was, and the payment end DECLINED. */
  async function refused(walletId: string, paymentId: string, declineReason: string) {
    const before = await figures(call, walletId);
    const answer = await refusal(call(ConfirmPaymentDocument, { paymentId }));
    expect(await details(paymentId)).toMatchObject({ status: 'DECLINED', declineReason });
    expect(await figures(call, walletId)).toEqual(before);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
    return answer;
  }

  test('Not enough money at QIWI: how much there is, and how much it takes.', async () => {
    const { at, id } = await linked(1_000);
    const created = await payout(id, { card: { number: cardNumber('427638') } }, '200');
    qiwi.act('wallet.balance', { wallet: at.number, amount: 50 });
    expect(await refused(id, created.id, 'INSUFFICIENT_FUNDS')).toMatchObject({
      __typename: 'InsufficientFundsError',
      required: { amount: '254.00', currency: 'RUB' },
    });
  });

  test('A limit of the wallet, where it could not be read beforehand: which one, and what is left of it.', async () => {
    const { at, id } = await linked();
    qiwi.act('wallet.limits', { wallet: at.number, max: { TURNOVER: 150 } });
    const created = await transfer(id, { phone: `+${qiwi.wallet(0).number}` }, '200');
    qiwi.sandbox.control.fault({ provider: 'qiwi', operation: 'LIM-1', kind: 'status', status: 403 });
    expect(await refused(id, created.id, 'LIMIT_EXCEEDED')).toMatchObject({
      __typename: 'LimitExceededError',
      limit: { kind: expect.stringMatching(/TURNOVER|TRANSFER/), window: 'MONTH' },
    });
  });

  test('A recipient who is not there: the number has to be changed.', async () => {
    const { id } = await linked();
    const created = await transfer(id, { phone: newPhone() }, '200');
    expect(await refused(id, created.id, 'INVALID_DATA')).toMatchObject({
      __typename: 'ProviderRejectedError',
      providerCode: '5',
      remedy: 'CHANGE_INPUT',
    });
  });

  test('What needs identification says so.', async () => {
    const { id } = await linked();
    const created = await payout(id, { phone: '+79161234567' }, '100');
    qiwi.act('service.suspend', { id: 1, errorCode: 166 });
    expect(await refused(id, created.id, 'IDENTIFICATION_REQUIRED')).toMatchObject({
      __typename: 'IdentificationRequiredError',
    });
    qiwi.act('service.resume', { id: 1 });
  });

  test('Cards abroad are suspended by QIWI.', async () => {
    const { id } = await linked();
    qiwi.act('service.suspend', { id: 1960, errorCode: 500 });
    const card = { number: cardNumber('453201'), country: 'DE', holder: { firstName: 'Anna', lastName: 'Schmidt' } };
    const from = { ...payer, address: 'Тверская 1', city: 'Москва', country: 'RU' };
    const created = await payout(id, { card }, '100', { payer: from });
    expect(await refused(id, created.id, 'RECIPIENT_REFUSED')).toMatchObject({
      __typename: 'ProviderRejectedError',
      providerCode: '500',
      remedy: 'NONE',
    });
  });

  test('Want of money in the house wallet is the partner’s business, not the customer’s.', async () => {
    const local = await fundedWalletOf(call, newPhone(), '1000');
    const created = await payout(local, { phone: '+79161234567' }, '500');
    qiwi.act('wallet.balance', { wallet: '79990000001', amount: 1 });
    const answer = await refusal(call(ConfirmPaymentDocument, { paymentId: created.id }));
    qiwi.act('wallet.balance', { wallet: '79990000001', amount: 1_000_000 });
    expect(answer).toMatchObject({ __typename: 'ProviderRejectedError', providerCode: '220' });
    expect(await figures(call, local)).toMatchObject({ posted: '1000.00', pending: '0.00' });
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});

test('A token that QIWI does not take any more pays nothing, and the same payment is not sent again.', async () => {
  const { at, id } = await linked();
  const created = await payout(id, { phone: '+79161234567' }, '100');
  qiwi.act('token.expire', { wallet: at.number });
  const answer = await refusal(call(ConfirmPaymentDocument, { paymentId: created.id }));
  expect(answer.__typename).toMatch(/StateError|ProviderRejectedError/);
  expect(await figures(call, id)).toMatchObject({ posted: '1000.00', pending: '0.00' });
  expect(['CREATED', 'DECLINED']).toContain((await details(created.id)).status);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('A payment that QIWI has not ended yet stays open, its money reserved.', async () => {
  const { id } = await linked();
  qiwi.act('outcome', { status: 'WAITING' });
  const created = await payout(id, { phone: '+79161234567' }, '100');
  await confirm(created.id);
  const open = await until(created.id, 'PROCESSING');
  expect(await figures(call, id)).toMatchObject({ posted: '1000.00', pending: '100.00' });
  qiwi.act('payment.decline', { id: open.reference, reason: 797 });
  await until(created.id, 'DECLINED');
  expect(await figures(call, id)).toMatchObject({ posted: '1000.00', pending: '0.00' });
});
