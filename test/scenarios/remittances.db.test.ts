import { describe, expect, test } from 'vitest';
import {
  ClientRecordsDocument,
  IdentifyOwnerDocument,
  MarkRemittancesSeenDocument,
  RecordRemittanceDocument,
  WalletRemittancesDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { type Call, done, fault, newPhone, openShop, refusal, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run } from '../support/operations.ts';
import { activeWallet, linkedWallet } from '../support/provider-wallets.ts';
import { booksStay, invalid, notFound } from '../support/refused.ts';

const gateway = await startTestApp();
const shop = await openShop(gateway);
const mbank = await startMbank(gateway, shop.id);
const other = run(gateway, (await gateway.partner('Another')).apiKey);
const { prisma } = gateway.deps.db;
const { control } = mbank.sandbox;
const unavailable = { __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' };

const wallet = (phone: string) => linkedWallet(shop.call, mbank, 100, phone);
const look = async (id: string) => (await shop.call(WalletRemittancesDocument, { id })).wallet;
const spoil = (operation: string, when: 'before' | 'after') =>
  control.fault({ provider: 'mbank', operation, kind: 'close', when, times: 9 });
const announcement = (walletId: string, phone: string, extra: object = {}) => ({
  idempotencyKey: unique('remittance'),
  walletId,
  number: '500100200',
  sender: { reference: '11', phone },
  recipient: { reference: '22', phone: '+79267101280' },
  ...extra,
});
const record = (input: ReturnType<typeof announcement>, by: Call = shop.call) =>
  by(RecordRemittanceDocument, { input });
const recorded = async (input: ReturnType<typeof announcement>) =>
  done((await record(input)).remittanceRecord, 'RemittanceRecordSuccess');

/** A refusal after which the books and every remittance are as they were. */
async function refused(work: () => Promise<object>) {
  const before = await prisma.remittance.findMany({ orderBy: { id: 'asc' } });
  const answer = await booksStay(gateway, () => refusal(work()));
  expect(await prisma.remittance.findMany({ orderBy: { id: 'asc' } })).toEqual(before);
  return answer;
}

describe('Remittances of an mbank wallet', () => {
  test('They are shown beside the book, and unseen until their owner has seen them.', async () => {
    const phone = newPhone();
    const id = await wallet(phone);
    expect(await look(id)).toMatchObject({ unseenRemittances: 0, remittances: { edges: [] } });
    mbank.act('best.add', { phone, amount: 1500.5, note: 'for the trip' });
    mbank.act('best.add', { phone, amount: 20 });
    const shown = await booksStay(gateway, () => look(id));
    expect(shown?.unseenRemittances).toBe(2);
    expect(shown?.remittances.edges.map(({ node }) => node).find(({ note }) => note !== null)).toMatchObject({
      number: '413258621',
      amount: { amount: '1500.50', currency: 'RUB' },
      fee: { amount: '0.00' },
      charged: { amount: '1500.50', currency: 'RUB' },
      exchangeRate: '1',
      note: 'for the trip',
      direction: 'IN',
      seen: false,
      sender: { firstName: 'Александр', lastName: 'Янышин', country: '643', resident: true },
    });
    // reading has cleared the provider's own counter, ours stands
    expect((await look(id))?.unseenRemittances).toBe(2);
    const first = (await shop.call(WalletRemittancesDocument, { id, first: 1 })).wallet?.remittances;
    expect(first?.pageInfo.hasNextPage).toBe(true);
    const row = await prisma.remittance.findFirstOrThrow({ where: { walletId: id } });
    expect(Buffer.from(row.partiesSealed).toString('utf8')).not.toContain('Янышин');

    const mark = async () =>
      done(
        (await shop.call(MarkRemittancesSeenDocument, { walletId: id })).walletMarkRemittancesSeen,
        'WalletMarkRemittancesSeenSuccess',
      );
    expect(await mark()).toMatchObject({ marked: 2, wallet: { unseenRemittances: 0 } });
    spoil('payments.best.reset_unseen', 'before');
    mbank.act('best.add', { phone, amount: 30 });
    expect((await look(id))?.unseenRemittances).toBe(1);
    expect(await mark()).toMatchObject({ marked: 1, wallet: { unseenRemittances: 0 } });
    control.clearFaults('mbank');
  });

  test('One is announced once with both parties, and what the network lists completes it.', async () => {
    const phone = newPhone();
    const id = await wallet(phone);
    const input = announcement(id, phone, { number: '413258621' });
    const first = await booksStay(gateway, async () => {
      const answer = await recorded(input);
      await prisma.idempotencyKey.deleteMany({ where: { resultId: answer.remittance.id } });
      return answer;
    });
    expect(first).toMatchObject({
      replayed: false,
      remittance: {
        amount: null,
        direction: 'OUT',
        seen: true,
        sender: { reference: '11', phone },
        recipient: { reference: '22', phone: '+79267101280' },
      },
    });
    mbank.act('best.add', { phone, amount: 75 });
    const [listed, ...rest] = (await look(id))?.remittances.edges.map(({ node }) => node) ?? [];
    expect(rest).toEqual([]);
    expect(listed).toMatchObject({
      id: first.remittance.id,
      amount: { amount: '75.00' },
      seen: true,
      sender: { reference: '11', firstName: 'Александр' },
    });
  });

  test('Replay answers the same; an unclear answer is made good by the same key.', async () => {
    const phone = newPhone();
    const id = await wallet(phone);
    const input = announcement(id, phone);
    spoil('payments.best.log', 'after');
    expect(await refusal(record(input))).toMatchObject(unavailable);
    control.clearFaults('mbank');
    expect((await look(id))?.remittances.edges).toEqual([]);
    const made = await recorded(input);
    expect(await recorded(input)).toMatchObject({ replayed: true, remittance: { id: made.remittance.id } });
    expect(await refused(() => record({ ...input, number: '77' }))).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    const others = announcement(id, phone, { recipient: { reference: '33', phone: '+79267101280' } });
    expect(await refused(() => record(others))).toMatchObject(invalid('input.number'));
    expect((await look(id))?.remittances.edges).toHaveLength(1);
  });

  test('Wrong input, foreign and LOCAL wallets and a provider that is down leave nothing behind.', async () => {
    const phone = newPhone();
    const id = await wallet(phone);
    const local = await shop.wallet();
    const input = announcement(id, phone);
    expect(await refused(() => record({ ...input, number: '' }))).toMatchObject(invalid('input.number'));
    const noPhone = { sender: { reference: '11', phone: '+7' } };
    expect((await refused(() => record({ ...input, ...noPhone }))).code).toBe('INVALID_INPUT');
    const noDigits = { sender: { reference: 'abc', phone } };
    expect((await refused(() => record({ ...input, ...noDigits }))).code).toBe('INVALID_INPUT');
    expect(await refused(() => record(input, other))).toMatchObject(notFound);
    expect(await refused(() => other(MarkRemittancesSeenDocument, { walletId: id }))).toMatchObject(notFound);
    const unsupported = { __typename: 'NotSupportedError', code: 'NOT_SUPPORTED' };
    expect(await refused(() => record({ ...input, walletId: local }))).toMatchObject(unsupported);
    expect(await refused(() => shop.call(MarkRemittancesSeenDocument, { walletId: local }))).toMatchObject(unsupported);
    expect(await look(local)).toMatchObject({ unseenRemittances: 0, remittances: { edges: [] } });
    mbank.act('best.add', { phone, amount: 5 });
    expect((await look(id))?.remittances.edges).toHaveLength(1);
    spoil('payments.best.list', 'before');
    expect(await look(id)).toMatchObject({ unseenRemittances: 1 });
    control.clearFaults('mbank');
  });
});

test('The network tells who the owner is; without the right to personal data it is masked.', async () => {
  const id = await activeWallet(shop.call);
  const person = {
    firstName: 'Ivan',
    lastName: 'Sidorov',
    passport: '4510765432',
    inn: '330500938709',
    snils: '112-233-445 95',
  };
  const { customerIdentify } = await shop.call(IdentifyOwnerDocument, { input: { walletId: id, person } });
  done(customerIdentify, 'CustomerIdentifySuccess');
  expect((await shop.call(ClientRecordsDocument, { id })).wallet?.clientRecords).toMatchObject([
    {
      reference: expect.any(String),
      person: {
        firstName: 'Ivan',
        passport: '4510765432',
        phone: expect.stringMatching(/^\+79/),
        documentType: expect.stringContaining('Паспорт'),
        birthPlace: null,
        passportIssuerCode: null,
      },
      attributes: [],
    },
  ]);
  const card = { cardNumber: '9643907050123456', pin: '7391' };
  expect((await shop.call(ClientRecordsDocument, { id, ...card })).wallet?.clientRecords).toMatchObject([
    { cardNumber: card.cardNumber, person: { firstName: 'Ivan' } },
  ]);
  for (const secret of Object.values(card)) expect(gateway.logged.join('')).not.toContain(secret);
  const key = run(gateway, await shop.key(['WALLETS_READ', 'PAYMENTS_READ']));
  const [masked] = (await key(ClientRecordsDocument, { id })).wallet?.clientRecords ?? [];
  expect(masked?.person.phone).toContain('•••');
  expect(masked?.attributes).toEqual([]);
  const local = await shop.wallet();
  expect((await shop.call(ClientRecordsDocument, { id: local })).wallet?.clientRecords).toEqual([]);
  const half = await fault(gateway, shop.apiKey, ClientRecordsDocument, { id, cardNumber: '4276' });
  expect(half.code).toBe('BAD_USER_INPUT');
  spoil('mserver.wallet.client', 'before');
  const down = await fault(gateway, shop.apiKey, ClientRecordsDocument, { id });
  expect(down.code).toBe('PROVIDER_UNAVAILABLE');
  control.clearFaults('mbank');
});
