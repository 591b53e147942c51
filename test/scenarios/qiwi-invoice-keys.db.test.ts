import { expect, test } from 'vitest';
import { IssueCredentialDocument, SetCredentialsDocument, WalletCredentialsDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, refusal, unique } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { freePort, startQiwi } from '../support/qiwi.ts';
import { invoiceDesk } from '../support/qiwi-invoices.ts';
import { booksStay, invalid } from '../support/refused.ts';

/** The keys that a wallet at QIWI needs for its invoices. */

const gateway = await startTestApp({ env: { PORT: await freePort() }, patience: { limits: { breakAfter: 1_000 } } });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const qiwi = await startQiwi(gateway, partnerId);
const { wallet, inputOf, issued, cancel, keysOf } = invoiceDesk(gateway, call, qiwi);

const credentialsOf = async (id: string) => (await call(WalletCredentialsDocument, { id })).wallet?.credentials ?? [];
const issueKeys = (walletId: string, idempotencyKey = unique('keys'), name = 'p2p') =>
  call(IssueCredentialDocument, { input: { idempotencyKey, walletId, name } });
const spoil = (operation: string, kind: 'close' | 'status', when: 'before' | 'after') =>
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation, kind, when });
const refused = (work: () => Promise<object>) => booksStay(gateway, () => refusal(work()));
const unavailable = { __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' };

test('The first invoice has them issued; the token stays, their names and dates are shown.', async () => {
  const { walletId } = await wallet();
  expect((await credentialsOf(walletId)).map(({ name }) => name)).toEqual(['token']);
  await issued(inputOf(walletId));
  expect((await credentialsOf(walletId)).map(({ name, state }) => [name, state])).toEqual([
    ['p2pPublicKey', 'VALID'],
    ['p2pSecretKey', 'VALID'],
    ['token', 'VALID'],
  ]);
  const keys = await keysOf(walletId);
  await Promise.all([issued(inputOf(walletId)), issued(inputOf(walletId))]);
  expect(await keysOf(walletId)).toEqual(keys);
});

test('They are issued when asked for, once for a key; a lost answer is made good by asking again.', async () => {
  const { walletId } = await wallet();
  const key = unique('keys');
  spoil('INV-1', 'close', 'after');
  expect(await refused(() => issueKeys(walletId, key))).toMatchObject(unavailable);
  const first = done((await issueKeys(walletId, key)).walletIssueCredential, 'WalletIssueCredentialSuccess');
  expect(first).toMatchObject({ replayed: false, credential: { name: 'p2p', state: 'VALID' } });
  const keys = await keysOf(walletId);
  const again = done((await issueKeys(walletId, key)).walletIssueCredential, 'WalletIssueCredentialSuccess');
  expect(again).toMatchObject({ replayed: true, credential: first.credential });
  expect(await keysOf(walletId)).toEqual(keys);
  done((await issueKeys(walletId)).walletIssueCredential, 'WalletIssueCredentialSuccess');
  expect((await keysOf(walletId))['p2pSecretKey']).not.toBe(keys['p2pSecretKey']);
  expect((await keysOf(walletId))['token']).toBe(keys['token']);
  expect(await refused(() => issueKeys(walletId, unique('keys'), 'pin'))).toMatchObject(
    invalid('input.name', 'the provider issues keys called p2p.'),
  );
});

test('They stay when the token is replaced, and are not replaced while an invoice waits.', async () => {
  const { owner, walletId } = await wallet();
  const { invoice } = await issued(inputOf(walletId));
  expect(await refused(() => issueKeys(walletId))).toMatchObject({ code: 'WALLET_STATE', state: 'INVOICES_WAIT' });
  const { p2pSecretKey } = await keysOf(walletId);
  const credentials = [{ name: 'token', value: owner.token }];
  const set = await call(SetCredentialsDocument, { input: { walletId, credentials } });
  done(set.walletSetCredentials, 'WalletSetCredentialsSuccess');
  expect(await keysOf(walletId)).toMatchObject({ token: owner.token, p2pSecretKey });
  expect(done((await cancel(invoice.id)).invoiceCancel, 'InvoiceCancelSuccess').invoice.state).toBe('CANCELLED');
});
