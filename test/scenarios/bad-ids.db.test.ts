import { expect, test } from 'vitest';
import {
  BlockWalletDocument,
  CancelPaymentDocument,
  CloseWalletDocument,
  ConfirmPaymentDocument,
  CreateCustomerDocument,
  CreatePayoutDocument,
  CreateSessionTokenDocument,
  CreateTopUpDocument,
  CreateTransferBatchDocument,
  CreateTransferDocument,
  CustomerDocument,
  IdentifyCustomerDocument,
  OpenAccountDocument,
  OpenWalletDocument,
  PaymentPageDocument,
  RefundPaymentDocument,
  ResolvePaymentDocument,
  SetDefaultCurrencyDocument,
  SetLimitsDocument,
  SettleTopUpDocument,
  UnblockWalletDocument,
  WalletPageDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { type Call, newPhone, openShop, refusal, rub, somebodysAccount, unique } from '../support/builders.ts';
import { invalid, notFound, type Refusal, refuses } from '../support/refused.ts';

/** Ids and phones that are not the caller’s, or are nobody’s: for the caller they do not exist. */

const gateway = await startTestApp();
const [shop, other] = [await openShop(gateway), await openShop(gateway, { name: 'Another shop' })];
const [anna, boris] = [await shop.customer(), await shop.customer()];
const annasWallet = await shop.wallet({ owner: anna, holds: '100' });
const borissWallet = await shop.wallet({ owner: boris, holds: '100' });
const thirdWallet = await shop.wallet();
const payments = {
  created: await shop.transfer(annasWallet, thirdWallet, '1'),
  done: await shop.transfer(annasWallet, thirdWallet, '1', true),
  payout: await shop.payout(annasWallet, '1'),
};
const othersPhone = newPhone();
const othersWallet = await other.wallet({ holds: '100', phone: othersPhone });
const othersCustomer = await other.customer();

const key = () => ({ idempotencyKey: unique('access') });
const bank = { destination: { bankAccount: somebodysAccount } };

/** Everything that names a wallet, said by somebody with another own wallet. */
const aboutWallet = (by: Call, walletId: string, own: string): [string, () => Promise<object>][] => [
  [
    'pay from it',
    () =>
      by(CreateTransferDocument, {
        input: { ...key(), fromWalletId: walletId, to: { walletId: own }, amount: rub('1'), confirm: true },
      }),
  ],
  [
    'pay out of it',
    () => by(CreatePayoutDocument, { input: { ...key(), fromWalletId: walletId, amount: rub('1'), ...bank } }),
  ],
  ['top it up', () => by(CreateTopUpDocument, { input: { ...key(), walletId, amount: rub('1'), method: 'CASH' } })],
  [
    'batch out of it',
    () =>
      by(CreateTransferBatchDocument, {
        input: { ...key(), transfers: [{ fromWalletId: walletId, toWalletId: own, amount: rub('1') }] },
      }),
  ],
  ['open a currency in it', () => by(OpenAccountDocument, { input: { ...key(), walletId, currency: 'USD' } })],
  ['choose its currency', () => by(SetDefaultCurrencyDocument, { walletId, currency: 'RUB' })],
  ['cap it', () => by(SetLimitsDocument, { walletId, limits: [{ kind: 'TRANSFER', window: 'DAY', max: rub('1') }] })],
  ['close it', () => by(CloseWalletDocument, { walletId })],
];
const byServer = (by: Call, walletId: string): [string, () => Promise<object>][] => [
  ['block it', () => by(BlockWalletDocument, { walletId })],
  ['unblock it', () => by(UnblockWalletDocument, { walletId })],
];
const aboutPayment = (by: Call, paymentId: string): [string, () => Promise<object>][] => [
  ['confirm it', () => by(ConfirmPaymentDocument, { paymentId })],
  ['cancel it', () => by(CancelPaymentDocument, { paymentId })],
  ['refund it', () => by(RefundPaymentDocument, { input: { ...key(), paymentId } })],
];
const rulings = (by: Call, paymentId: string): [string, () => Promise<object>][] => [
  ['rule on it', () => by(ResolvePaymentDocument, { input: { paymentId, outcome: 'COMPLETED', evidence: 'none' } })],
  ['settle it', () => by(SettleTopUpDocument, { input: { ...key(), paymentId, reference: unique('desk') } })],
];
const as = (who: string, list: [string, () => Promise<object>][]): Refusal[] =>
  list.map(([what, send]) => ({ title: `${who} cannot ${what}: it does not exist.`, send, answer: notFound }));

refuses(gateway, [
  ...as('Another shop', aboutWallet(other.call, annasWallet, othersWallet)),
  ...as('Another shop', byServer(other.call, annasWallet)),
  ...as('Another shop, a payment that waits:', aboutPayment(other.call, payments.created)),
  ...as('Another shop, a payout:', [
    ...aboutPayment(other.call, payments.payout),
    ...rulings(other.call, payments.payout),
  ]),
  ...as('Another customer', aboutWallet(boris.call, annasWallet, borissWallet)),
  ...as('Another customer, a payment that waits:', aboutPayment(boris.call, payments.created)),
  ...as('Its own payer’s session, a payment that is done:', aboutPayment(anna.call, payments.done).slice(2)),
  ...as('A malformed id:', [
    ...[
      '',
      ' ',
      'wallet 1',
      'wal_',
      'wal_0',
      'pay_00000000000000000000000000',
      `${annasWallet}x`,
      'Ω'.repeat(500),
    ].flatMap((id) =>
      [aboutWallet(shop.call, id, annasWallet)[0], aboutPayment(shop.call, id)[0]].filter(
        (found) => found !== undefined,
      ),
    ),
  ]),
  {
    title: 'A payment cannot go to a wallet of another shop.',
    send: () => transferTo({ walletId: othersWallet }),
    answer: notFound,
  },
  { title: 'Nor to its phone.', send: () => transferTo({ phone: othersPhone }), answer: notFound },
  { title: 'A phone without a wallet is not found.', send: () => transferTo({ phone: newPhone() }), answer: notFound },
  ...['+7926', '89261110000', '+7 926 111 00 00', 'phone', '', '+00000000000', '+799911122334455'].map((phone) => ({
    title: `"${phone}" is no phone number to pay to.`,
    send: () => transferTo({ phone }),
    answer: invalid('input.to.phone', 'must be a phone number in international form, such as +79261111111.'),
  })),
  {
    title: 'A wallet is not opened for a malformed phone.',
    send: () => shop.call(OpenWalletDocument, { input: { ...key(), phone: '+7926' } }),
    answer: invalid('input.phone', 'must be a phone number in international form, such as +79261111111.'),
  },
  {
    title: 'A customer’s own phone is looked at too.',
    send: () =>
      shop.call(CreateCustomerDocument, { input: { externalId: unique('user'), person: { phone: '+7926' } } }),
    answer: invalid('input.person.phone', 'must be a phone number in international form, such as +79261111111.'),
  },
  {
    title: 'A wallet is not opened for another shop’s customer.',
    send: () => shop.call(OpenWalletDocument, { input: { ...key(), customerId: othersCustomer.id } }),
    answer: notFound,
  },
  {
    title: 'A session opens no wallet for another customer.',
    send: () => boris.call(OpenWalletDocument, { input: { ...key(), customerId: anna.id } }),
    answer: notFound,
  },
  {
    title: 'A token is not minted for another shop’s customer.',
    send: () => shop.call(CreateSessionTokenDocument, { input: { customerId: othersCustomer.id } }),
    answer: notFound,
  },
  {
    title: 'Another shop’s customer is not identified.',
    send: () => shop.call(IdentifyCustomerDocument, { input: { customerId: othersCustomer.id, level: 'FULL' } }),
    answer: notFound,
  },
  {
    title: 'A token never settles payments.',
    send: () => shop.call(CreateSessionTokenDocument, { input: { customerId: anna.id, scopes: ['PAYMENTS_SETTLE'] } }),
    answer: invalid('input.scopes', 'PAYMENTS_SETTLE cannot be granted: a session can never have it.'),
  },
]);

function transferTo(to: { walletId: string } | { phone: string }) {
  return shop.call(CreateTransferDocument, {
    input: { ...key(), fromWalletId: annasWallet, to, amount: rub('1'), confirm: true },
  });
}

test('What is another’s is answered with null, like what is not there.', async () => {
  for (const by of [other.call, othersCustomer.call]) {
    expect((await by(WalletPageDocument, { id: annasWallet })).wallet).toBeNull();
    expect((await by(PaymentPageDocument, { id: payments.done })).payment).toBeNull();
    expect((await by(CustomerDocument, { id: anna.id })).customer).toBeNull();
  }
  expect((await boris.call(WalletPageDocument, { id: annasWallet })).wallet).toBeNull();
  expect((await boris.call(PaymentPageDocument, { id: payments.done })).payment).toBeNull();
  expect((await boris.call(CustomerDocument, { id: anna.id })).customer).toBeNull();
});

test('A refused session leaves no idempotency key behind: the owner may use it.', async () => {
  const input = {
    idempotencyKey: 'the-same',
    fromWalletId: annasWallet,
    to: { walletId: thirdWallet },
    amount: rub('1'),
  };
  expect(await refusal(boris.call(CreateTransferDocument, { input }))).toMatchObject(notFound);
  expect((await anna.call(CreateTransferDocument, { input })).transferCreate).toMatchObject({ replayed: false });
});
