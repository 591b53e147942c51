import { describe, expect, test } from 'vitest';
import {
  CreatePayoutDocument,
  FindServicesDocument,
  LinkCardDocument,
  LinkToPayDocument,
  type PaymentDestinationInput,
  QuotePaymentDocument,
  ServiceForPhoneDocument,
  ServicesForCardDocument,
  WalletCardsDocument,
  WithdrawalBanksDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, fault, newPhone, refusal, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run } from '../support/operations.ts';
import { linkedWallet } from '../support/provider-wallets.ts';
import { freePort, linkQiwi, startQiwi } from '../support/qiwi.ts';
import { bankAccount, cardNumber, organisation, payer, payments } from '../support/qiwi-payments.ts';
import { breaksInTheBooks, snapshotOfBooks } from '../support/snapshot.ts';
import { fundedWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const qiwi = await startQiwi(gateway, partnerId);
const { payout, confirm, until, details } = payments(gateway, apiKey, call);
const domestic = cardNumber('427638');

const quote = async (input: object) =>
  (
    await call(QuotePaymentDocument, {
      input: { amount: rub('100'), destination: { phone: '+79161234567' }, ...input },
    })
  ).paymentQuote?.routes ?? [];

describe('What a payment would cost', () => {
  test('To a card: the fee with its parts, and what the payer is charged.', async () => {
    const walletId = await linkQiwi(call, qiwi, qiwi.wallet());
    expect(await quote({ walletId, destination: { card: { number: domestic } } })).toEqual([
      {
        provider: { code: 'QIWI' },
        available: true,
        reason: null,
        fee: { amount: '52.00', currency: 'RUB' },
        fees: [{ kind: 'PROVIDER', amount: { amount: '52.00', currency: 'RUB' } }],
        total: { amount: '152.00', currency: 'RUB' },
        destinationAmount: { amount: '100.00', currency: 'RUB' },
        exchangeRate: null,
      },
    ]);
  });

  test('To a wallet in another currency: by the rate.', async () => {
    const [from, to] = [qiwi.wallet(), qiwi.wallet()];
    const walletId = await linkQiwi(call, qiwi, from);
    const asked = { walletId, fromCurrency: 'RUB', destination: { walletPhone: `+${to.number}` } };
    const [route] = await quote({ ...asked, amount: { amount: '10', currency: 'USD' } });
    expect(route).toMatchObject({
      total: { amount: '755.10', currency: 'RUB' },
      destinationAmount: { amount: '10.00', currency: 'USD' },
      exchangeRate: '75.5102',
    });
  });

  test('Between LOCAL wallets: the partner’s own tariff.', async () => {
    const [walletId, to] = [
      await fundedWalletOf(call, newPhone(), '1000'),
      await fundedWalletOf(call, newPhone(), '1000'),
    ];
    expect(await quote({ walletId, destination: { walletId: to } })).toMatchObject([
      { provider: { code: 'LOCAL' }, available: true, total: { amount: '100.00' } },
    ]);
  });

  test('To an account: by the partner’s own bank, unless a bank or a provider is named.', async () => {
    const walletId = await fundedWalletOf(call, newPhone(), '1000');
    const { bankId, ...account } = bankAccount;
    expect(await quote({ walletId, destination: { bankAccount: account } })).toMatchObject([
      { provider: { code: 'LOCAL' }, fees: [], total: { amount: '100.00' } },
    ]);
    expect(await quote({ walletId, destination: { bankAccount: { ...account, bankId } } })).toMatchObject([
      { provider: { code: 'QIWI' }, total: { amount: '150.00' } },
    ]);
    const contract = { ...account, account: '12-34', accountKind: 'CONTRACT' as const };
    const input = { idempotencyKey: unique('payout'), fromWalletId: walletId, amount: rub('100') };
    const refused = await refusal(
      call(CreatePayoutDocument, { input: { ...input, destination: { bankAccount: contract } } }),
    );
    expect(refused.issues?.map(({ path }) => path.at(-1))).toEqual(['accountKind']);
  });

  test('Of two providers the cheaper one stands first, and is the one that a LOCAL wallet pays through.', async () => {
    const shop = await gateway.partner();
    const there = run(gateway, shop.apiKey);
    const mbank = await startMbank(gateway, shop.partnerId);
    await startQiwi(gateway, shop.partnerId);
    const walletId = await fundedWalletOf(there, newPhone(), '1000');
    const destination = { phone: '+79261111111' };
    const { paymentQuote } = await there(QuotePaymentDocument, {
      input: { walletId, amount: rub('100'), destination },
    });
    expect(paymentQuote?.routes.map(({ provider, total }) => [provider.code, total?.amount])).toEqual([
      ['QIWI', '100.00'],
      ['MBANK', '103.00'],
    ]);
    const created = await payments(gateway, shop.apiKey, there).payout(walletId, destination, '100');
    expect(created).toMatchObject({ fee: { amount: '0.00' } });
    const row = await gateway.deps.db.prisma.payment.findUniqueOrThrow({ where: { id: created.id } });
    expect(row.provider).toBe('QIWI');
    const named = await payments(gateway, shop.apiKey, there).payout(walletId, destination, '100', {
      provider: 'MBANK',
    });
    expect(named).toMatchObject({ fee: { amount: '3.00' } });
    expect(mbank.account.provider).toBe('MBANK');
  });
});

test('A kept card that pays costs what the service’s tariff says; one that is not there yet cannot be priced.', async () => {
  const shop = await gateway.partner();
  const there = run(gateway, shop.apiKey);
  const mbank = await startMbank(gateway, shop.partnerId);
  const phone = newPhone();
  const walletId = await linkedWallet(there, mbank, 1_000, phone);
  const pages = { successUrl: 'https://shop.example/ok', failureUrl: 'https://shop.example/no' };
  const link = { idempotencyKey: unique('link'), walletId, ...pages };
  const { card } = done((await there(LinkCardDocument, { input: link })).cardLink, 'CardLinkSuccess');
  const input = { walletId, cardId: card.id, amount: rub('100'), destination: { phone: '+79261111111' } };
  expect((await fault(gateway, shop.apiKey, QuotePaymentDocument, { input })).code).toBe('CARD_STATE');
  const pending = (await mbank.elsewhere(phone, 'GET', '/cards?state=pending')) as { id: number }[];
  mbank.act('page', { card: pending[0]?.id, result: 'approve' });
  const state = async () => (await there(WalletCardsDocument, { id: walletId })).wallet?.cards[0]?.state;
  await expect.poll(state, { timeout: 15_000 }).toBe('ACTIVE');
  expect((await there(QuotePaymentDocument, { input })).paymentQuote?.routes).toMatchObject([
    { provider: { code: 'MBANK' }, available: true, fee: { amount: '3.00' }, total: { amount: '103.00' } },
  ]);
});

test('Banks are listed with what each wants, and found by name.', async () => {
  const { withdrawalBanks } = await call(WithdrawalBanksDocument, { provider: 'QIWI', search: 'alfa' });
  expect(withdrawalBanks).toMatchObject([
    { id: '464', accepts: expect.arrayContaining(['CARD', 'ACCOUNT']), requires: ['expiryMonth', 'expiryYear'] },
  ]);
});

describe('A page of QIWI to pay on', () => {
  const link = async (destination: PaymentDestinationInput, extra: object = {}) =>
    decodeURIComponent(
      (await call(LinkToPayDocument, { input: { provider: 'QIWI', destination, ...extra } })).paymentLink?.url ?? '',
    );

  test.each<[what: string, destination: PaymentDestinationInput, expected: string[]]>([
    ['a wallet', { walletPhone: '+79115221133' }, ['/payment/form/99?', "extra['account']=79115221133"]],
    ['a nickname', { nickname: 'ivan' }, ['/payment/form/99999?', "extra['accountType']=nickname"]],
    ['a card', { card: { number: domestic } }, ['/payment/form/1963?', `extra['account']=${domestic}`]],
    ['an account', { bankAccount }, ['/payment/form/1717']],
    ['a company', { organisation }, ['/payment/form/1717']],
  ])('pays %s.', async (_what, destination, expected) => {
    const url = await link(destination);
    for (const part of expected) expect(url).toContain(part);
  });

  test('is filled in beforehand, and what is locked stays so.', async () => {
    const url = await link({ walletPhone: '+79115221133' }, { amount: rub('12.50'), note: 'обед', locked: ['AMOUNT'] });
    for (const part of ['amountInteger=12', 'amountFraction=50', 'blocked[0]=sum', "extra['comment']=обед"])
      expect(url).toContain(part);
  });

  test('is refused where it has no room for what is asked.', async () => {
    const input = { provider: 'QIWI' as const, destination: { nickname: 'ivan' }, note: 'обед' };
    expect(await fault(gateway, apiKey, LinkToPayDocument, { input })).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

describe('Services of a provider that lists none', () => {
  test('are found by asking it, kept, and paid.', async () => {
    const { services } = await call(FindServicesDocument, { provider: 'QIWI', search: 'Билайн' });
    const found = services.edges.find(({ node }) => node.providerReference === '491')?.node;
    expect(found?.categories).toMatchObject([{ name: 'Интернет, ТВ, IP-телефония' }]);
    const from = await linkQiwi(call, qiwi, qiwi.wallet());
    const service = { serviceId: found?.id ?? '', parameters: [{ id: 'account', value: '012345678901' }] };
    const created = await payout(from, { service }, '200');
    expect(created).toMatchObject({ fee: { amount: '2.00' } });
    await confirm(created.id);
    expect((await until(created.id, 'COMPLETED')).destination).toMatchObject({ account: '•••8901' });
    expect((await details(created.id)).attempts[0]?.operations).toEqual(expect.arrayContaining(['PAY-16']));
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('are known for a phone and for a card.', async () => {
    const { serviceForPhone } = await call(ServiceForPhoneDocument, { phone: '+79161234567' });
    expect(serviceForPhone).toMatchObject({ name: 'MTS', providerReference: '1' });
    const { servicesForCard } = await call(ServicesForCardDocument, { number: domestic });
    expect(servicesForCard).toHaveLength(1);
  });
});

test('Each field of a destination that cannot be paid is named, and nothing moves.', async () => {
  const fromWalletId = await linkQiwi(call, qiwi, qiwi.wallet());
  const before = await snapshotOfBooks(gateway.deps.db);
  const refused: [destination: object, paths: string[], extra?: object][] = [
    [{ phone: '+380501112233' }, ['input.destination.phone']],
    [{ card: { number: '4276380000000000' } }, ['input.destination.card.number']],
    [{ card: { cardId: 'crd_1' } }, ['input.destination.card.cardId']],
    [
      { card: { number: domestic, bankId: '464' } },
      ['input.destination.card.expiryMonth', 'input.destination.card.expiryYear'],
    ],
    [{ card: { number: domestic, bankId: '1' } }, ['input.destination.card.bankId']],
    [
      { card: { number: domestic, country: 'DE' } },
      [
        ...['firstName', 'lastName', 'address', 'city', 'country'].map((name) => `input.payer.${name}`),
        'input.destination.card.holder.firstName',
        'input.destination.card.holder.lastName',
      ],
    ],
    [{ bankAccount: { ...bankAccount, account: '1' } }, ['input.destination.bankAccount.account']],
    [{ bankAccount: { ...bankAccount, bankId: undefined } }, ['input.destination.bankAccount.bankId']],
    [{ organisation: { ...organisation, inn: '1' } }, ['input.destination.organisation.inn'], { payer }],
    [{ organisation }, ['input.payer.firstName', 'input.payer.middleName', 'input.payer.lastName']],
    [{ walletPhone: '+79115221133' }, ['input.destination.walletPhone']],
  ];
  for (const [destination, paths, extra = {}] of refused) {
    const input = {
      idempotencyKey: unique('payout'),
      fromWalletId,
      amount: rub('100'),
      destination,
      confirm: true,
      ...extra,
    };
    const answer = await refusal(call(CreatePayoutDocument, { input: input as never }));
    expect(answer.issues?.map(({ path }) => path.join('.'))).toEqual(paths);
  }
  expect(await snapshotOfBooks(gateway.deps.db)).toEqual(before);
});
