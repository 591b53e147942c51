import { expect, test } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreateSessionTokenDocument,
  IdentifyCustomerDocument,
  ResolvePaymentDocument,
  SettleTopUpDocument,
  UnblockWalletDocument,
} from '../../schema/operations.ts';
import { signSessionToken } from '../../src/domain/access/session-token.ts';
import { startTestApp } from '../support/app.ts';
import { openShop, unique } from '../support/builders.ts';
import { booksStay, faults } from '../support/refused.ts';

/** Credentials that are out of date, forged, of another shop, or without the right. */

const gateway = await startTestApp();
const [shop, other] = [await openShop(gateway), await openShop(gateway, { name: 'Another shop' })];
const anna = await shop.customer();
const annasWallet = await shop.wallet({ owner: anna, holds: '100' });
const payments = {
  created: await shop.transfer(annasWallet, await shop.wallet(), '1'),
  payout: await shop.payout(annasWallet, '1'),
};
const key = () => ({ idempotencyKey: unique('credential') });

const session = {
  partnerId: shop.id,
  customerId: anna.id,
  scopes: ['WALLETS_READ' as const, 'PAYMENTS_WRITE' as const],
};
const at = (seconds: number) => new Date(Math.floor(Date.now() / 1000 + seconds) * 1000);
const sign = (
  claims: Partial<typeof session> & { issuedAt?: Date; expiresAt?: Date } = {},
  secret = gateway.config.tokenSecret,
) => signSessionToken(secret, { ...session, issuedAt: at(-60), expiresAt: at(60), ...claims });
const expired = await sign({ issuedAt: at(-600), expiresAt: at(-1) });
const pay = { paymentId: payments.created };
const withoutWrite = await shop.key(['WALLETS_READ', 'PAYMENTS_READ']);
const readingSession = await shop.session(anna.id, { scopes: ['WALLETS_READ', 'PAYMENTS_READ'] });

faults(gateway, [
  {
    title: 'An expired token is refused.',
    token: expired,
    document: ConfirmPaymentDocument,
    variables: pay,
    code: 'UNAUTHENTICATED',
    message: /has expired/,
  },
  {
    title: 'A token that another installation signed is refused.',
    token: await sign({}, 'x'.repeat(64)),
    document: ConfirmPaymentDocument,
    variables: pay,
    code: 'UNAUTHENTICATED',
    message: /not valid/,
  },
  {
    title: 'A token for a customer of another shop is refused.',
    token: await sign({ partnerId: other.id }),
    document: ConfirmPaymentDocument,
    variables: pay,
    code: 'UNAUTHENTICATED',
    message: /not valid/,
  },
  {
    title: 'An unknown key is refused.',
    token: 'ksh_nobody',
    document: ConfirmPaymentDocument,
    variables: pay,
    code: 'UNAUTHENTICATED',
  },
  {
    title: 'Nobody confirms without a credential.',
    token: null,
    document: ConfirmPaymentDocument,
    variables: pay,
    code: 'UNAUTHENTICATED',
  },
  {
    title: 'A key without PAYMENTS_WRITE does not confirm.',
    token: withoutWrite,
    document: ConfirmPaymentDocument,
    variables: pay,
    code: 'FORBIDDEN',
    message: /PAYMENTS_WRITE/,
  },
  {
    title: 'A session without PAYMENTS_WRITE does not confirm its own payment.',
    token: readingSession,
    document: ConfirmPaymentDocument,
    variables: pay,
    code: 'FORBIDDEN',
    message: /PAYMENTS_WRITE/,
  },
  {
    title: 'The administrator moves no money.',
    token: gateway.config.adminKey,
    document: ConfirmPaymentDocument,
    variables: pay,
    code: 'FORBIDDEN',
  },
  {
    title: 'A session does not settle a top-up.',
    token: anna.token,
    document: SettleTopUpDocument,
    variables: { input: { ...key(), paymentId: payments.created, reference: 'r' } },
    code: 'FORBIDDEN',
  },
  {
    title: 'A session does not rule on a payout.',
    token: anna.token,
    document: ResolvePaymentDocument,
    variables: { input: { paymentId: payments.payout, outcome: 'COMPLETED', evidence: 'mine' } },
    code: 'FORBIDDEN',
  },
  {
    title: 'A session does not unblock its wallet.',
    token: anna.token,
    document: UnblockWalletDocument,
    variables: { walletId: annasWallet },
    code: 'FORBIDDEN',
  },
  {
    title: 'A session does not identify itself.',
    token: anna.token,
    document: IdentifyCustomerDocument,
    variables: { input: { customerId: anna.id, level: 'FULL' } },
    code: 'FORBIDDEN',
  },
  {
    title: 'A session does not mint tokens.',
    token: anna.token,
    document: CreateSessionTokenDocument,
    variables: { input: { customerId: anna.id } },
    code: 'FORBIDDEN',
  },
  {
    title: 'A session does not read the books.',
    token: anna.token,
    document: '{ ledger { trialBalance { balanced } } }',
    code: 'FORBIDDEN',
    message: /LEDGER_READ/,
  },
]);

test('A token that was good is refused once its customer’s shop has nothing of the kind.', async () => {
  const ghost = await sign({ customerId: 'cus_00000000000000000000000000' });
  const { errors } = await booksStay(gateway, () => gateway.query(ghost, '{ viewer { kind } }'));
  expect(errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
});
