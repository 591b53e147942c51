import { describe, expect, test, vi } from 'vitest';
import {
  ConfirmDowngradeDocument,
  DowngradeDocument,
  IdentifyOwnerDocument,
  OwnerOfWalletDocument,
  ProviderWalletDocument,
  RequestDowngradeDocument,
} from '../../schema/operations.ts';
import { createApiKey } from '../../src/domain/access/create-api-key.ts';
import { startTestApp } from '../support/app.ts';
import { done, refusal, unique } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { linkQiwi, startQiwi } from '../support/qiwi.ts';
import { recordedEvents } from '../support/recorded-events.ts';
import { booksStay, invalid, notFound, walletState } from '../support/refused.ts';

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const other = run(gateway, (await gateway.partner('Another')).apiKey);
const qiwi = await startQiwi(gateway, partnerId);

const person = {
  firstName: 'Пётр',
  middleName: 'Петрович',
  lastName: 'Петров',
  birthDate: '1990-02-03',
  passport: '4500 123456',
};
const refused = (work: () => Promise<object>) => booksStay(gateway, () => refusal(work()));
const owner = async (id: string, by = call) => (await by(OwnerOfWalletDocument, { id })).wallet;
const spoil = (operation: string, kind: 'close' | 'status', when: 'before' | 'after', times = 1) =>
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation, kind, when, times });
const clear = () => qiwi.sandbox.control.clearFaults('qiwi');
const identify = (walletId: string, input: object = { person }) =>
  call(IdentifyOwnerDocument, { input: { walletId, ...input } });
const unavailable = { __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' };
const updatesOf = async (walletId: string) =>
  (await recordedEvents(gateway.deps.db, { types: ['WALLET_UPDATED'], walletId })).length;

async function newWallet(level: string): Promise<{ id: string; number: string; token: string }> {
  const wallet = qiwi.wallet(100, { level });
  return { id: await linkQiwi(call, qiwi, wallet, { registerWebhook: false }), ...wallet };
}

describe('The owner of a wallet at QIWI is identified', () => {
  test('Data that pass lift the level; what is on file comes masked, and names too without the right to see them.', async () => {
    const { id } = await newWallet('SIMPLE');
    expect(await owner(id)).toMatchObject({
      person: { firstName: null, passport: null },
      identification: { level: 'NONE', status: 'NOT_STARTED', providerLevel: 'SIMPLE', passportExpired: false },
    });
    const { customerIdentify } = await identify(id);
    expect(done(customerIdentify, 'CustomerIdentifySuccess')).toMatchObject({
      wallet: { id },
      identification: { level: 'SIMPLIFIED', status: 'VERIFIED', providerLevel: 'VERIFIED' },
    });
    expect(await owner(id)).toMatchObject({
      person: { firstName: 'Пётр', lastName: 'Петров', birthDate: '1990-02-03', passport: '45***56' },
      identification: { level: 'SIMPLIFIED', status: 'VERIFIED', downgrade: null },
    });
    const key = await createApiKey(gateway.deps, { partnerId, name: 'reader', scopes: ['WALLETS_READ'] });
    expect((await owner(id, run(gateway, key.secret)))?.person).toMatchObject({
      lastName: 'П•••',
      birthDate: null,
      passport: '•••56',
    });
    for (const line of gateway.logged) expect(line).not.toMatch(/4500 ?123456|Петров/);
  });

  test('Data that fail are no refusal: the level stays, and the status says FAILED.', async () => {
    const { id } = await newWallet('SIMPLE');
    qiwi.act('person.check', { result: 'fail' });
    const { customerIdentify } = await identify(id);
    expect(done(customerIdentify, 'CustomerIdentifySuccess').identification).toEqual({
      level: 'NONE',
      status: 'FAILED',
      providerLevel: 'SIMPLE',
    });
    expect(await owner(id)).toMatchObject({ identification: { level: 'NONE' } });
  });

  test('What the provider cannot do without is named, field by field; a vouched level is not enough.', async () => {
    const { id } = await newWallet('SIMPLE');
    const paths = async (input: object) =>
      (await refused(() => identify(id, input))).issues?.map(({ path }) => path.at(-1));
    expect(await paths({ level: 'FULL' })).toEqual(['birthDate', 'firstName', 'middleName', 'lastName', 'passport']);
    const { passport: _, middleName: __, ...rest } = person;
    expect(await paths({ person: rest })).toEqual(['middleName', 'passport']);
    expect(await owner(id)).toMatchObject({ identification: { level: 'NONE' } });
  });

  test('A lost answer is made good by repeating; a dead token, a blocked wallet and a stranger are refused.', async () => {
    const { id, number } = await newWallet('SIMPLE');
    spoil('IDN-1', 'close', 'after', 5);
    expect(await refused(() => identify(id))).toMatchObject(unavailable);
    clear();
    const { customerIdentify } = await identify(id);
    expect(done(customerIdentify, 'CustomerIdentifySuccess').identification.level).toBe('SIMPLIFIED');
    const input = { walletId: id, person };
    expect(await refused(() => other(IdentifyOwnerDocument, { input }))).toMatchObject(notFound);
    qiwi.act('wallet.block', { wallet: number });
    await owner(id);
    expect(await refused(() => identify(id))).toMatchObject(walletState('BLOCKED'));
    qiwi.act('wallet.unblock', { wallet: number });
    await owner(id);
    qiwi.act('token.expire', { wallet: number });
    expect(await refused(() => identify(id))).toMatchObject({ __typename: 'ProviderRejectedError' });
    expect(await owner(id)).toMatchObject({
      person: null,
      identification: { level: 'SIMPLIFIED', providerLevel: null },
    });
    expect((await call(ProviderWalletDocument, { id })).wallet?.credentials).toMatchObject([{ state: 'REJECTED' }]);
  });

  test('A passport that is not valid any more is shown as such; levels that share one of ours keep their own words.', async () => {
    const { id, number } = await newWallet('ANONYMOUS');
    expect(await owner(id)).toMatchObject({ identification: { level: 'NONE', providerLevel: 'ANONYMOUS' } });
    qiwi.act('person.identification', { wallet: number, level: 'FULL', passportExpired: true });
    expect(await owner(id)).toMatchObject({
      identification: { level: 'FULL', status: 'VERIFIED', providerLevel: 'FULL', passportExpired: true },
    });
  });
});

describe('A step down of an identification', () => {
  const request = (
    walletId: string,
    to: 'NONE' | 'SIMPLIFIED' | 'FULL' = 'SIMPLIFIED',
    idempotencyKey = unique('down'),
  ) => call(RequestDowngradeDocument, { input: { idempotencyKey, walletId, to } });
  const requested = async (walletId: string) =>
    done((await request(walletId)).customerIdentificationDowngrade, 'CustomerIdentificationDowngradeSuccess').downgrade;
  const confirm = (downgradeId: string, by = call) => by(ConfirmDowngradeDocument, { downgradeId });
  const confirmed = async (id: string) =>
    done((await confirm(id)).customerIdentificationDowngradeConfirm, 'CustomerIdentificationDowngradeConfirmSuccess')
      .downgrade;
  const node = async (id: string) => (await call(DowngradeDocument, { id })).node;
  const ends = (id: string, state: string) =>
    vi.waitFor(async () => expect(await node(id)).toMatchObject({ state }), { timeout: 60_000, interval: 200 });

  test('It is requested, confirmed, followed to its end and told; a second confirmation answers where it is.', async () => {
    const { id } = await newWallet('FULL');
    const key = unique('down');
    const first = done(
      (await request(id, 'SIMPLIFIED', key)).customerIdentificationDowngrade,
      'CustomerIdentificationDowngradeSuccess',
    );
    expect(first).toMatchObject({ replayed: false, downgrade: { from: 'FULL', to: 'SIMPLIFIED', state: 'CREATED' } });
    expect((await request(id, 'SIMPLIFIED', key)).customerIdentificationDowngrade).toMatchObject({
      replayed: true,
      downgrade: { id: first.downgrade.id },
    });
    // before the confirmation nothing has begun, whatever the provider answers
    expect(await owner(id)).toMatchObject({
      identification: { level: 'FULL', status: 'VERIFIED', downgrade: { id: first.downgrade.id, state: 'CREATED' } },
    });
    const updates = await updatesOf(id);
    expect(await confirmed(first.downgrade.id)).toMatchObject({ state: 'PROCESSING', confirmedAt: expect.any(String) });
    await ends(first.downgrade.id, 'COMPLETED');
    expect(await updatesOf(id)).toBeGreaterThanOrEqual(updates + 2);
    expect(await confirmed(first.downgrade.id)).toMatchObject({ state: 'COMPLETED', finishedAt: expect.any(String) });
    expect(await node(first.downgrade.id)).toMatchObject({ wallet: { id } });
    expect(await owner(id)).toMatchObject({
      identification: { level: 'SIMPLIFIED', status: 'VERIFIED', downgrade: { state: 'COMPLETED' } },
    });
    expect(await refused(() => request(id))).toMatchObject(invalid('input.to'));
  });

  test('One that the provider finds impossible is FAILED, and the level stays.', async () => {
    qiwi.act('settings', { execution: 'pending' });
    const { id } = await newWallet('FULL');
    const { id: downgradeId } = await requested(id);
    expect(await confirmed(downgradeId)).toMatchObject({ state: 'PROCESSING' });
    expect(await owner(id)).toMatchObject({ identification: { level: 'FULL', status: 'DOWNGRADE_IN_PROGRESS' } });
    const { reference } = await gateway.deps.db.prisma.identificationDowngrade.findUniqueOrThrow({
      where: { id: downgradeId },
    });
    qiwi.act('downgrade.settle', { id: reference, result: 'FAIL' });
    qiwi.act('settings', { execution: 'complete' });
    await ends(downgradeId, 'FAILED');
    expect(await owner(id)).toMatchObject({ identification: { level: 'FULL', status: 'VERIFIED' } });
  });

  test('Only the steps that the provider knows are requested, of wallets that are the caller’s own.', async () => {
    const { id } = await newWallet('FULL');
    expect(await refused(() => request(id, 'NONE'))).toMatchObject(invalid('input.to'));
    const lower = await newWallet('VERIFIED');
    expect(await refused(() => request(lower.id))).toMatchObject(invalid('input.to'));
    const input = { idempotencyKey: unique('down'), walletId: id, to: 'SIMPLIFIED' as const };
    expect(await refused(() => other(RequestDowngradeDocument, { input }))).toMatchObject(notFound);
    const { id: downgradeId } = await requested(id);
    expect(await refused(() => confirm(downgradeId, other))).toMatchObject(notFound);
    expect((await other(DowngradeDocument, { id: downgradeId })).node).toBeNull();
    expect(await node(downgradeId)).toMatchObject({ state: 'CREATED' });
  });

  test('A lost answer to the request is made good by repeating it, a lost one to the confirmation by asking.', async () => {
    const { id } = await newWallet('FULL');
    const key = unique('down');
    spoil('IDN-3', 'close', 'after');
    // the key is kept for the repetition
    expect(await refusal(request(id, 'SIMPLIFIED', key))).toMatchObject(unavailable);
    expect(await owner(id)).toMatchObject({ identification: { level: 'FULL' } });
    const again = done(
      (await request(id, 'SIMPLIFIED', key)).customerIdentificationDowngrade,
      'CustomerIdentificationDowngradeSuccess',
    );
    expect(again).toMatchObject({ replayed: true, downgrade: { state: 'CREATED' } });
    // it never arrives, and the answer to the second one is lost
    qiwi.sandbox.control.fault({ provider: 'qiwi', operation: 'IDN-4', kind: 'close', when: 'before', times: 1 });
    qiwi.sandbox.control.fault({ provider: 'qiwi', operation: 'IDN-4', kind: 'close', when: 'after', times: 1 });
    expect(await confirmed(again.downgrade.id)).toMatchObject({ state: 'PROCESSING' });
    await ends(again.downgrade.id, 'COMPLETED');
    expect(await owner(id)).toMatchObject({ identification: { level: 'SIMPLIFIED' } });
  });

  test('A confirmation that the provider refuses leaves the request as it was, to be confirmed later.', async () => {
    const { id } = await newWallet('FULL');
    const { id: downgradeId } = await requested(id);
    qiwi.sandbox.control.fault({
      provider: 'qiwi',
      operation: 'IDN-4',
      kind: 'status',
      status: 403,
      when: 'before',
      times: 5,
    });
    expect(await refused(() => confirm(downgradeId))).toMatchObject({ __typename: 'ProviderRejectedError' });
    expect(await node(downgradeId)).toMatchObject({ state: 'CREATED', confirmedAt: null });
    clear();
    expect(await confirmed(downgradeId)).toMatchObject({ state: 'PROCESSING' });
    await ends(downgradeId, 'COMPLETED');
  });
});
