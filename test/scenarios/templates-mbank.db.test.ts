import { beforeAll, expect, test, vi } from 'vitest';
import {
  CreateTemplateDocument,
  type CreateTemplateMutationVariables,
  DeleteTemplateDocument,
  PaymentTemplateDocument,
  UpdateTemplateDocument,
  WalletTemplatesDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { type Call, done, fault, newPhone, openShop, refusal, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run } from '../support/operations.ts';
import { linkedWallet } from '../support/provider-wallets.ts';
import { booksStay, invalid, notFound } from '../support/refused.ts';

const gateway = await startTestApp();
const shop = await openShop(gateway);
const mbank = await startMbank(gateway, shop.id);
const other = run(gateway, (await gateway.partner('Another')).apiKey);
const { prisma } = gateway.deps.db;
const { control } = mbank.sandbox;
const operatorPhone = '+79261111111';
let megafon = '';

type Input = CreateTemplateMutationVariables['input'];

beforeAll(async () => {
  const where = { providerReference: '834' };
  await vi.waitFor(async () => expect(await prisma.service.count({ where })).toBe(1), { timeout: 15_000 });
  megafon = (await prisma.service.findFirstOrThrow({ where })).id;
}, 20_000);

const template = (walletId: string, extra: Partial<Input> = {}): Input => ({
  idempotencyKey: unique('template'),
  walletId,
  name: unique('My phone'),
  serviceId: megafon,
  amount: rub('100'),
  parameters: [{ id: 'phoneNumber', value: operatorPhone }],
  ...extra,
});
const make = (input: Input, by: Call = shop.call) => by(CreateTemplateDocument, { input });
const made = async (input: Input) => done((await make(input)).paymentTemplateCreate, 'PaymentTemplateCreateSuccess');
const list = async (id: string, filter: object = {}) =>
  (await shop.call(WalletTemplatesDocument, { id, ...filter })).wallet?.paymentTemplates;
const namesOf = async (id: string, filter: object = {}) => (await list(id, filter))?.edges.map(({ node }) => node.name);
const look = async (id: string) => (await shop.call(PaymentTemplateDocument, { id })).paymentTemplate;
const remove = (templateId: string, by: Call = shop.call) => by(DeleteTemplateDocument, { templateId });
const spoil = (operation: string, kind: 'close' | 'status', when: 'before' | 'after', times = 9) =>
  control.fault({ provider: 'mbank', operation, kind, when, times });

/** A refusal after which the books and every template here are as they were. */
async function refused(work: () => Promise<object>) {
  const before = await prisma.paymentTemplate.findMany({ orderBy: { id: 'asc' } });
  const answer = await booksStay(gateway, () => refusal(work()));
  expect(await prisma.paymentTemplate.findMany({ orderBy: { id: 'asc' } })).toEqual(before);
  return answer;
}
const unavailable = { __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' };

test('A template of an mbank wallet lives at mbank: made once, listed, changed with its locks, deleted twice.', async () => {
  const walletId = await linkedWallet(shop.call, mbank);
  const input = template(walletId, { amountLocked: true, lockedParameters: ['phoneNumber'], visibility: 'PUBLIC' });
  const { template: first } = await made(input);
  expect(await made(input)).toMatchObject({ replayed: true, template: { id: first.id } });
  const asThere = {
    id: first.id,
    name: input.name,
    visibility: 'PUBLIC',
    service: { id: megafon },
    amount: { amount: '100.00' },
    amountLocked: true,
    parameters: [{ id: 'phoneNumber', value: operatorPhone }],
    lockedParameters: ['phoneNumber'],
    owner: { id: walletId },
  };
  expect(await look(first.id)).toMatchObject(asThere);
  expect((await list(walletId))?.edges.map(({ node }) => node)).toMatchObject([asThere]);

  const change = { templateId: first.id, amount: rub('70'), amountLocked: false, visibility: 'PRIVATE' as const };
  const { paymentTemplateUpdate } = await shop.call(UpdateTemplateDocument, { input: change });
  const changed = { name: input.name, amount: { amount: '70.00' }, amountLocked: false, visibility: 'PRIVATE' };
  expect(done(paymentTemplateUpdate, 'PaymentTemplateUpdateSuccess').template).toMatchObject(changed);
  expect(await look(first.id)).toMatchObject({ ...changed, lockedParameters: ['phoneNumber'] });

  const gone = async () => done((await remove(first.id)).paymentTemplateDelete, 'PaymentTemplateDeleteSuccess');
  expect(await gone()).toEqual(await gone());
  expect(await look(first.id)).toBeNull();
  expect(await namesOf(walletId)).toEqual([]);
});

test('An answer that was lost after mbank made the template is made good by the same key, without a second template.', async () => {
  const walletId = await linkedWallet(shop.call, mbank);
  const input = template(walletId);
  spoil('templates.create', 'close', 'after');
  expect(await refusal(make(input))).toMatchObject(unavailable);
  control.clearFaults('mbank');
  expect(await namesOf(walletId)).toEqual([input.name]);
  const { template: found } = await made(input);
  expect((await list(walletId))?.edges.map(({ node }) => node.id)).toEqual([found.id]);
  const twin = await made({ ...input, idempotencyKey: unique('twin') });
  expect(twin.template.id).not.toBe(found.id);
  expect(await namesOf(walletId)).toHaveLength(2);
});

test('When mbank is down nothing is made, changed or deleted, and what is kept is still shown.', async () => {
  const walletId = await linkedWallet(shop.call, mbank);
  const input = template(walletId);
  spoil('templates.create', 'close', 'before');
  expect(await refusal(make(input))).toMatchObject(unavailable);
  control.clearFaults('mbank');
  expect(await namesOf(walletId)).toEqual([]);
  const { template: kept } = await made(input);
  for (const operation of ['templates.update', 'templates.delete', 'templates.list', 'templates.get'])
    spoil(operation, 'close', 'before', 50);
  const change = { templateId: kept.id, name: 'Changed' };
  expect(await refused(() => shop.call(UpdateTemplateDocument, { input: change }))).toMatchObject(unavailable);
  expect(await refused(() => remove(kept.id))).toMatchObject(unavailable);
  expect(await look(kept.id)).toMatchObject({ id: kept.id, name: input.name });
  expect(await namesOf(walletId)).toEqual([input.name]);
  control.clearFaults('mbank');
  expect(await look(kept.id)).toMatchObject({ name: input.name });
});

test('What a stranger has published at mbank is found by phone, page by page, and is nobody’s to change.', async () => {
  const walletId = await linkedWallet(shop.call, mbank);
  const phone = newPhone();
  const owner = await linkedWallet(shop.call, mbank, 100, phone);
  const inputs = ['a', 'b', 'c'].map((name) => template(owner, { name, visibility: 'PUBLIC' }));
  for (const input of inputs) await made(input);
  await made(template(owner, { name: 'secret' }));
  const filter = { visibility: 'PUBLIC' as const, ownerPhone: phone };
  const known = await list(walletId, filter);
  expect(known?.edges.map(({ node }) => [node.name, node.owner?.id])).toEqual([
    ['a', owner],
    ['b', owner],
    ['c', owner],
  ]);
  // the owner's wallet is not known here any more
  await prisma.paymentTemplate.deleteMany({ where: { walletId: owner } });
  await prisma.wallet.update({ where: { id: owner }, data: { status: 'CLOSED' } });
  const page = await list(walletId, { ...filter, first: 2 });
  expect(page?.edges.map(({ node }) => [node.name, node.owner, node.ownerPhone])).toEqual([
    ['a', null, phone],
    ['b', null, phone],
  ]);
  expect(await namesOf(walletId, { ...filter, first: 2, after: page?.pageInfo.endCursor })).toEqual(['c']);
  expect(await namesOf(walletId)).toEqual([]);
  const foreign = page?.edges[0]?.node.id ?? '';
  expect(await look(foreign)).toMatchObject({ name: 'a', owner: null });
  expect(await refused(() => remove(foreign))).toMatchObject(notFound);
  expect(await refused(() => remove(foreign, other))).toMatchObject(notFound);
  spoil('templates.list', 'close', 'before');
  const down = await fault(gateway, shop.apiKey, WalletTemplatesDocument, { id: walletId, ...filter });
  expect(down.code).toBe('PROVIDER_UNAVAILABLE');
  control.clearFaults('mbank');
});

test('Wrong input is refused before mbank is asked, and a foreign wallet is not there.', async () => {
  const walletId = await linkedWallet(shop.call, mbank);
  const unknown = [{ id: 'nosuch', value: '1' }];
  expect(await refused(() => make(template(walletId, { parameters: unknown })))).toMatchObject(
    invalid('input.parameters.nosuch'),
  );
  expect(await refused(() => make(template(walletId, { amount: undefined, amountLocked: true })))).toMatchObject(
    invalid('input.amountLocked'),
  );
  expect(await refused(() => make(template(walletId), other))).toMatchObject(notFound);
  const input = template(walletId);
  await made(input);
  expect(await refused(() => make({ ...input, amount: rub('101') }))).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
});
