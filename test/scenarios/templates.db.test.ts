import { beforeAll, describe, expect, test, vi } from 'vitest';
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
import { booksStay, invalid, notFound } from '../support/refused.ts';
import { openWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp();
const shop = await openShop(gateway);
const mbank = await startMbank(gateway, shop.id);
const other = run(gateway, (await gateway.partner('Another')).apiKey);
const { prisma } = gateway.deps.db;
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
  name: 'My phone',
  serviceId: megafon,
  amount: rub('100'),
  parameters: [{ id: 'phoneNumber', value: operatorPhone }],
  ...extra,
});
const make = (input: Input, by: Call = shop.call) => by(CreateTemplateDocument, { input });
const made = async (input: Input, by: Call = shop.call) =>
  done((await make(input, by)).paymentTemplateCreate, 'PaymentTemplateCreateSuccess');
const list = async (id: string, filter: object = {}, by: Call = shop.call) =>
  (await by(WalletTemplatesDocument, { id, ...filter })).wallet?.paymentTemplates;
const namesOf = async (id: string, filter: object = {}, by: Call = shop.call) =>
  (await list(id, filter, by))?.edges.map(({ node }) => node.name);
const look = async (id: string, by: Call = shop.call) => (await by(PaymentTemplateDocument, { id })).paymentTemplate;

/** A refusal after which the books and every template are as they were. */
async function refused(work: () => Promise<object>) {
  const before = await prisma.paymentTemplate.findMany({ orderBy: { id: 'asc' } });
  const answer = await booksStay(gateway, () => refusal(work()));
  expect(await prisma.paymentTemplate.findMany({ orderBy: { id: 'asc' } })).toEqual(before);
  return answer;
}

describe('Templates of a LOCAL wallet', () => {
  test('One is made once, read by id and in the list, changed, and deleted as often as one likes.', async () => {
    const walletId = await shop.wallet({ phone: newPhone() });
    const input = template(walletId, {
      amountLocked: true,
      lockedParameters: ['phoneNumber'],
      parameters: [{ id: 'phoneNumber', value: '9261111111' }],
    });
    const first = await made(input);
    expect(first).toMatchObject({
      replayed: false,
      template: {
        name: 'My phone',
        visibility: 'PRIVATE',
        service: { id: megafon, providerReference: '834' },
        amount: { amount: '100.00', currency: 'RUB' },
        amountLocked: true,
        parameters: [{ id: 'phoneNumber', value: operatorPhone, title: expect.stringContaining('телефона') }],
        lockedParameters: ['phoneNumber'],
        owner: { id: walletId },
      },
    });
    const { id } = first.template;
    expect(await made(input)).toMatchObject({ replayed: true, template: { id } });
    expect(await refused(() => make({ ...input, name: 'Another' }))).toMatchObject({
      __typename: 'IdempotencyError',
      code: 'IDEMPOTENCY_CONFLICT',
    });
    expect(await look(id)).toMatchObject({ id, name: 'My phone' });
    expect(await namesOf(walletId)).toEqual(['My phone']);
    const row = await prisma.paymentTemplate.findUniqueOrThrow({ where: { id } });
    expect(Buffer.from(row.parametersSealed).toString('latin1')).not.toContain('9261111111');

    const change = { templateId: id, name: ' Phone ', amount: rub('50.50'), amountLocked: false };
    const { paymentTemplateUpdate } = await shop.call(UpdateTemplateDocument, { input: change });
    expect(done(paymentTemplateUpdate, 'PaymentTemplateUpdateSuccess').template).toMatchObject({
      name: 'Phone',
      amount: { amount: '50.50' },
      amountLocked: false,
      parameters: [{ value: operatorPhone }],
      lockedParameters: ['phoneNumber'],
    });
    expect(await look(id)).toMatchObject({ name: 'Phone', amount: { amount: '50.50' } });

    const gone = async () =>
      done(
        (await shop.call(DeleteTemplateDocument, { templateId: id })).paymentTemplateDelete,
        'PaymentTemplateDeleteSuccess',
      );
    expect(await gone()).toEqual(await gone());
    expect(await look(id)).toBeNull();
    expect(await namesOf(walletId)).toEqual([]);
    expect(await refused(() => shop.call(UpdateTemplateDocument, { input: change }))).toMatchObject(notFound);
    expect(await made(input)).toMatchObject({ replayed: true, template: { id } });
  });

  test('The list is filtered, paged newest first, and left-out values are filled in when it is paid.', async () => {
    const walletId = await shop.wallet();
    await made(template(walletId, { name: 'one', parameters: [] }));
    await made(template(walletId, { name: 'two', visibility: 'PUBLIC', amount: undefined }));
    const steam = await prisma.service.findFirstOrThrow({ where: { providerReference: '1161' } });
    await made(
      template(walletId, { name: 'three', serviceId: steam.id, parameters: [{ id: 'login', value: 'gamer' }] }),
    );
    expect(await namesOf(walletId)).toEqual(['three', 'two', 'one']);
    expect(await namesOf(walletId, { visibility: 'PUBLIC' })).toEqual(['two']);
    expect(await namesOf(walletId, { serviceId: steam.id })).toEqual(['three']);
    const page = await list(walletId, { first: 2 });
    expect(page?.pageInfo.hasNextPage).toBe(true);
    expect(await namesOf(walletId, { first: 2, after: page?.pageInfo.endCursor })).toEqual(['one']);
  });

  test('What another wallet of the same partner has published is found by its phone, and stays its owner’s.', async () => {
    const [ann, bob] = [await shop.customer(), await shop.customer()];
    const phone = newPhone();
    const hers = await shop.wallet({ owner: ann, phone });
    const his = await shop.wallet({ owner: bob, phone: newPhone() });
    const published = await made(template(hers, { name: 'shared', visibility: 'PUBLIC' }), ann.call);
    const secret = await made(template(hers, { name: 'secret' }), ann.call);
    const filter = { visibility: 'PUBLIC', ownerPhone: phone };
    const seen = (await list(his, filter, bob.call))?.edges.map(({ node }) => node);
    expect(seen).toMatchObject([
      {
        name: 'shared',
        owner: null,
        ownerPhone: `${phone.slice(0, 5)}•••${phone.slice(-4)}`,
        parameters: [{ value: operatorPhone }],
      },
    ]);
    expect(await look(published.template.id, bob.call)).toMatchObject({ name: 'shared' });
    expect(await look(secret.template.id, bob.call)).toBeNull();
    expect(await look(published.template.id, other)).toBeNull();
    for (const { template: foreign } of [published, secret]) {
      const input = { templateId: foreign.id, name: 'mine now' };
      expect(await refused(() => bob.call(UpdateTemplateDocument, { input }))).toMatchObject(notFound);
      expect(await refused(() => bob.call(DeleteTemplateDocument, { templateId: foreign.id }))).toMatchObject(notFound);
      expect(await refused(() => other(DeleteTemplateDocument, { templateId: foreign.id }))).toMatchObject(notFound);
    }
    expect(await namesOf(his, { ...filter, ownerPhone: newPhone() }, bob.call)).toEqual([]);
    const unpublic = await fault(gateway, bob.token, WalletTemplatesDocument, { id: his, ownerPhone: phone });
    expect(unpublic.code).toBe('BAD_USER_INPUT');
  });

  test('A key without PERSONAL_DATA_READ sees the values of a private template masked.', async () => {
    const walletId = await shop.wallet();
    const { id } = (await made(template(walletId))).template;
    const key = run(gateway, await shop.key(['WALLETS_READ', 'PAYMENTS_READ']));
    expect((await look(id, key))?.parameters).toMatchObject([{ value: '•••1111' }]);
  });
});

describe('What cannot be a template is refused, and nothing is kept of it', () => {
  test('A foreign wallet, a closed one, and a service of no catalogue of the partner.', async () => {
    const walletId = await shop.wallet();
    expect(await refused(() => make(template(walletId), other))).toMatchObject(notFound);
    expect(await refused(() => make(template(walletId, { serviceId: 'svc_none' })))).toMatchObject(notFound);
    await prisma.wallet.update({ where: { id: walletId }, data: { status: 'CLOSED' } });
    expect(await refused(() => make(template(walletId)))).toMatchObject({
      __typename: 'StateError',
      code: 'WALLET_STATE',
    });
    const bob = await shop.customer();
    const hers = await shop.wallet({ owner: await shop.customer() });
    expect(await refused(() => make(template(hers), bob.call))).toMatchObject(notFound);
    const elsewhere = (await openShop(gateway)).call;
    const theirs = await openWalletOf(elsewhere, newPhone());
    expect(await refused(() => make(template(theirs), elsewhere))).toMatchObject(notFound);
  });

  test.each<[title: string, extra: Partial<Input>, path: string]>([
    ['an unknown parameter', { parameters: [{ id: 'nosuch', value: '1' }] }, 'input.parameters.nosuch'],
    ['a value of a wrong form', { parameters: [{ id: 'phoneNumber', value: 'abc' }] }, 'input.parameters.phoneNumber'],
    ['an unknown lock', { lockedParameters: ['nosuch'] }, 'input.lockedParameters.nosuch'],
    [
      'a locked parameter without a value',
      { parameters: [], lockedParameters: ['phoneNumber'] },
      'input.lockedParameters.phoneNumber',
    ],
    ['a locked amount without an amount', { amount: undefined, amountLocked: true }, 'input.amountLocked'],
    ['an amount of zero', { amount: rub('0') }, 'input.amount.amount'],
    ['another currency', { amount: { amount: '1', currency: 'USD' } }, 'input.amount.currency'],
    ['too much', { amount: rub('99999999') }, 'input.amount.amount'],
    ['no name', { name: '  ' }, 'input.name'],
    ['no key', { idempotencyKey: '' }, 'input.idempotencyKey'],
  ])('Refused: %s.', async (_title, extra, path) => {
    const walletId = await shop.wallet();
    expect(await refused(() => make(template(walletId, extra)))).toMatchObject(invalid(path));
  });

  test('A change that would leave a lock without its value is refused, and the template stays.', async () => {
    const walletId = await shop.wallet();
    const { id } = (await made(template(walletId, { amount: undefined, lockedParameters: ['phoneNumber'] }))).template;
    const change = (input: object) => shop.call(UpdateTemplateDocument, { input: { templateId: id, ...input } });
    expect(await refused(() => change({ parameters: [] }))).toMatchObject(
      invalid('input.lockedParameters.phoneNumber'),
    );
    expect(await refused(() => change({ amountLocked: true }))).toMatchObject(invalid('input.amountLocked'));
    const twice = [
      { id: 'phoneNumber', value: operatorPhone },
      { id: 'phoneNumber', value: operatorPhone },
    ];
    expect(await refused(() => change({ parameters: twice }))).toMatchObject(invalid('input.parameters.phoneNumber'));
  });

  test('A service that was never read cannot be checked while its provider is down.', async () => {
    const walletId = await shop.wallet();
    const service = await prisma.service.findFirstOrThrow({ where: { providerReference: '770' } });
    await prisma.service.update({ where: { id: service.id }, data: { detailedAt: null } });
    mbank.sandbox.control.fault({
      provider: 'mbank',
      operation: 'services.get',
      kind: 'close',
      when: 'before',
      times: 9,
    });
    expect(await refused(() => make(template(walletId, { serviceId: service.id })))).toMatchObject({
      __typename: 'ProviderUnavailableError',
      code: 'PROVIDER_UNAVAILABLE',
    });
    mbank.sandbox.control.clearFaults('mbank');
  });
});
