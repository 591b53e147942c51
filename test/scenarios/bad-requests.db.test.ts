import {
  CloseWalletDocument,
  ConfirmPaymentDocument,
  CreateCustomerDocument,
  CreatePayoutDocument,
  CreateTransferBatchDocument,
  CreateTransferDocument,
  CustomerDocument,
  OpenAccountDocument,
  OpenWalletDocument,
  ReadEventsDocument,
  RefundPaymentDocument,
  ResolvePaymentDocument,
  SetLimitsDocument,
  WalletPageDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, openShop, rub, somebodysAccount, unique } from '../support/builders.ts';
import { faults, invalid, refuses } from '../support/refused.ts';

/** Keys, texts, lists and other input that cannot be. */

const gateway = await startTestApp();
const shop = await openShop(gateway);
const { call, apiKey } = shop;
const anna = await shop.wallet({ holds: '1000', phone: newPhone() });
const boris = await shop.wallet({ holds: '1000' });
const key = () => ({ idempotencyKey: unique('request') });
const leg = { fromWalletId: anna, toWalletId: boris, amount: rub('1') };
const batch = (transfers: (typeof leg)[]) => call(CreateTransferBatchDocument, { input: { ...key(), transfers } });
const transfer = (more: object) =>
  call(CreateTransferDocument, {
    input: { ...key(), fromWalletId: anna, to: { walletId: boris }, amount: rub('1'), confirm: true, ...more },
  });
const payout = (account: object) =>
  call(CreatePayoutDocument, {
    input: {
      ...key(),
      fromWalletId: anna,
      amount: rub('1'),
      destination: { bankAccount: { ...somebodysAccount, ...account } },
    },
  });
const resolve = (evidence: string) =>
  call(ResolvePaymentDocument, { input: { paymentId: 'pay_0', outcome: 'COMPLETED', evidence } });

const usedKey = unique('used');
const paid = done((await transfer({ idempotencyKey: usedKey })).transferCreate, 'TransferCreateSuccess').payment.id;
const taken = newPhone();
await shop.wallet({ phone: taken });

const conflict = { __typename: 'IdempotencyError', code: 'IDEMPOTENCY_CONFLICT' };
const keyLength = invalid('input.idempotencyKey', 'must have 1 to 255 characters.');
refuses(gateway, [
  {
    title: 'A key that was used with another amount is refused.',
    send: () => transfer({ idempotencyKey: usedKey, amount: rub('2') }),
    answer: conflict,
  },
  {
    title: 'A key that was used with another recipient is refused.',
    send: () => transfer({ idempotencyKey: usedKey, to: { walletId: anna } }),
    answer: conflict,
  },
  {
    title: 'A key that was used without a note is refused with one.',
    send: () => transfer({ idempotencyKey: usedKey, note: 'x' }),
    answer: conflict,
  },
  { title: 'An empty key is refused.', send: () => transfer({ idempotencyKey: '' }), answer: keyLength },
  {
    title: 'A key of 256 characters is refused.',
    send: () => transfer({ idempotencyKey: 'k'.repeat(256) }),
    answer: keyLength,
  },
  {
    title: 'A note of 256 characters is refused.',
    send: () => transfer({ note: 'n'.repeat(256) }),
    answer: invalid('input.note', 'must have at most 255 characters.'),
  },
  {
    title: 'A wallet cannot pay itself.',
    send: () => transfer({ to: { walletId: anna } }),
    answer: invalid('input', 'a wallet cannot pay itself; name another recipient.'),
  },
  {
    title: 'An empty batch is refused.',
    send: () => batch([]),
    answer: invalid('input.transfers', 'must have 1 to 500 legs.'),
  },
  {
    title: 'A batch of 501 legs is refused.',
    send: () => batch(new Array(501).fill(leg)),
    answer: invalid('input.transfers', 'must have 1 to 500 legs.'),
  },
  {
    title: 'A batch with a leg from a wallet to itself is refused whole.',
    send: () => batch([leg, { ...leg, toWalletId: anna }]),
    answer: invalid('input.transfers.1', 'a wallet cannot pay itself; name another recipient.'),
  },
  {
    title: 'A batch with a leg to nobody is refused whole.',
    send: () => batch([leg, { ...leg, toWalletId: 'wal_0' }]),
    answer: {
      __typename: 'NotFoundError',
      code: 'NOT_FOUND',
      message: 'The receiving wallet of input.transfers.1 was not found.',
    },
  },
  {
    title: 'A batch with a leg that is not covered is refused whole.',
    send: () => batch([leg, { ...leg, amount: rub('999') }]),
    answer: { __typename: 'InsufficientFundsError', code: 'INSUFFICIENT_FUNDS' },
  },
  {
    title: 'A batch with a leg in a currency that nobody has is refused whole.',
    send: () => batch([leg, { ...leg, amount: { amount: '1', currency: 'KZT' } }]),
    answer: invalid('input.transfers.1.amount.currency'),
  },
  {
    title: 'A BIC of 8 digits is refused.',
    send: () => payout({ bic: '04452522' }),
    answer: invalid('input.destination.bankAccount.bic', 'must have 9 digits'),
  },
  {
    title: 'An account number with letters is refused.',
    send: () => payout({ account: '4081781009991000431X' }),
    answer: invalid('input.destination.bankAccount.account', 'must have 20 digits'),
  },
  {
    title: 'A holder without a name is refused.',
    send: () => payout({ holderLastName: '  ' }),
    answer: invalid('input.destination.bankAccount.holderLastName', 'must not be empty'),
  },
  {
    title: 'A ruling without evidence is refused.',
    send: () => resolve(' '),
    answer: invalid('input.evidence', 'must have 1 to 1000 characters.'),
  },
  {
    title: 'A wallet in a currency that is not offered is refused.',
    send: () => call(OpenWalletDocument, { input: { ...key(), currency: 'JPY' } }),
    answer: invalid('input.currency', 'wallets here have RUB, USD, EUR, KZT; JPY is not among them.'),
  },
  {
    title: 'A second wallet for one phone is refused.',
    send: () => call(OpenWalletDocument, { input: { ...key(), phone: taken } }),
    answer: { __typename: 'ConflictError', code: 'CONFLICT' },
  },
  {
    title: 'A currency that the wallet has is not opened again.',
    send: () => call(OpenAccountDocument, { input: { ...key(), walletId: anna, currency: 'RUB' } }),
    answer: { __typename: 'ConflictError', code: 'CONFLICT' },
  },
  {
    title: 'A cap above that of the level is refused.',
    send: () =>
      call(SetLimitsDocument, {
        walletId: anna,
        limits: [{ kind: 'TRANSFER', window: 'DAY', max: rub('1000000.01') }],
      }),
    answer: invalid('input.limits.0.max.amount'),
  },
  {
    title: 'A cap that LOCAL wallets do not have is refused, and those before it are not set.',
    send: () =>
      call(SetLimitsDocument, {
        walletId: anna,
        limits: [
          { kind: 'TRANSFER', window: 'DAY', max: rub('1') },
          { kind: 'CASH_WITHDRAWAL', window: 'DAY', max: rub('1') },
        ],
      }),
    answer: invalid('input.limits.1'),
  },
  {
    title: 'A cap without a figure is refused.',
    send: () => call(SetLimitsDocument, { walletId: anna, limits: [{ kind: 'TRANSFER', window: 'DAY' }] }),
    answer: invalid('input.limits.0.max', 'is required to enable a limit.'),
  },
  {
    title: 'A customer without an id of the partner’s is refused.',
    send: () => call(CreateCustomerDocument, { input: { externalId: ' ' } }),
    answer: invalid('input.externalId', 'must have 1 to 128 characters.'),
  },
  {
    title: 'A reason of 256 characters for closing is refused.',
    send: () => call(CloseWalletDocument, { walletId: anna, reason: 'r'.repeat(256) }),
    answer: invalid('input.reason', 'must have at most 255 characters.'),
  },
]);

/** What PostgreSQL cannot keep as text: U+0000, and half a surrogate pair. */
const unstorable = 'has a character that no text can have (U+0000, or half of a surrogate pair).';
const texts: [where: string, text: string][] = [
  ['U+0000', 'a\0b'],
  ['half of a character', 'a\ud800b'],
];
refuses(
  gateway,
  texts.flatMap(([what, text]) => [
    {
      title: `A note with ${what} is refused.`,
      send: () => transfer({ note: text }),
      answer: invalid('input.note', unstorable),
    },
    {
      title: `A key with ${what} is refused.`,
      send: () => transfer({ idempotencyKey: text }),
      answer: invalid('input.idempotencyKey', unstorable),
    },
    {
      title: `An id with ${what} is refused.`,
      send: () => transfer({ fromWalletId: text }),
      answer: invalid('input.fromWalletId', unstorable),
    },
    {
      title: `A leg’s note with ${what} is refused.`,
      send: () => call(CreateTransferBatchDocument, { input: { ...key(), transfers: [leg, { ...leg, note: text }] } }),
      answer: invalid('input.transfers.1.note', unstorable),
    },
    {
      title: `A customer’s id with ${what} is refused.`,
      send: () => call(CreateCustomerDocument, { input: { externalId: text } }),
      answer: invalid('input.externalId', unstorable),
    },
    {
      title: `A name with ${what} is refused.`,
      send: () => call(CreateCustomerDocument, { input: { externalId: unique('u'), person: { firstName: text } } }),
      answer: invalid('input.person.firstName', unstorable),
    },
    {
      title: `A reason with ${what} is refused.`,
      send: () => call(RefundPaymentDocument, { input: { ...key(), paymentId: paid, reason: text } }),
      answer: invalid('input.reason', unstorable),
    },
    {
      title: `Evidence with ${what} is refused.`,
      send: () => resolve(text),
      answer: invalid('input.evidence', unstorable),
    },
    {
      title: `A payment id with ${what} is refused.`,
      send: () => call(ConfirmPaymentDocument, { paymentId: text }),
      answer: invalid('input.paymentId', unstorable),
    },
  ]),
);
faults(
  gateway,
  texts.flatMap(([what, text]) => [
    {
      title: `A wallet is not looked for under an id with ${what}.`,
      token: apiKey,
      document: WalletPageDocument,
      variables: { id: text },
      code: 'BAD_USER_INPUT',
    },
    {
      title: `A customer is not looked for under an id with ${what}.`,
      token: apiKey,
      document: CustomerDocument,
      variables: { id: text },
      code: 'BAD_USER_INPUT',
    },
    {
      title: `Payments are not looked for under a key with ${what}.`,
      token: apiKey,
      document: 'query ($k: String) { payments(filter: { idempotencyKey: $k }) { edges { cursor } } }',
      variables: { k: text },
      code: 'BAD_USER_INPUT',
    },
    {
      title: `Events are not looked for under an id with ${what}.`,
      token: apiKey,
      document: ReadEventsDocument,
      variables: { filter: { walletId: text } },
      code: 'BAD_USER_INPUT',
    },
  ]),
);
