import { describe, expect, it, test } from 'vitest';
import type { LinkInput } from '../../../src/connectors/links.ts';
import { qiwiConfig } from '../../../src/connectors/qiwi/config.ts';
import { qiwi } from '../../../src/connectors/qiwi/index.ts';
import { openBench } from '../kit.ts';
import { answerOf, golden, rub } from './golden.ts';
import { goldenTests, openFor, play, stub } from './golden-play.ts';

goldenTests();

const open = () => openFor('79115221133', 'Bearer YUu2qw048gtdsvlk3iu');

describe('Services', () => {
  test('PAY-18: what is found by words is paid by its one requisite', async () => {
    const found = await play('PAY-18', (c, call) => c.services?.list(call, { search: 'Билайн домашний интернет' }));
    expect(found).toMatchObject({
      changed: true,
      value: {
        items: [
          {
            reference: '23729',
            name: 'МТС Домашний интернет, ТВ и Телефония РФ',
            siteUrl: 'http://www.mts.ru/internet/mts_stream/',
            iconUrl: 'https://static.qiwi.com/img/providers/logoBig/23729_l.png',
            categories: [{ name: 'Интернет, ТВ, IP-телефония' }],
            parameters: [{ id: 'account', required: true }],
          },
        ],
        next: null,
      },
    });
  });

  it('are not listed without words, and asked for one by one only as far as a search finds them', async () => {
    const { connector, call } = open();
    stub.play(answerOf('PAY-18'));
    expect(connector.services?.liveSearch).toBe(true);
    expect(await connector.services?.list(call, {})).toMatchObject({ value: { items: [] } });
    expect(stub.seen).toEqual([]);
    expect(await connector.services?.get(call, '23729')).toMatchObject({ reference: '23729' });
    await expect(connector.services?.get(call, '1')).rejects.toMatchObject({ refusal: { errorCode: 'NOT_SUPPORTED' } });
  });

  test('PAY-8, PAY-9: by phone and by card', async () => {
    const { connector, call } = open();
    stub.play(answerOf('PAY-8'));
    expect(await connector.services?.forPhone?.(call, '8 927 001-01-01')).toMatchObject({ reference: '3' });
    expect(await connector.services?.forPhone?.(call, '+380501112233')).toBeNull();
    expect(stub.seen.length).toBe(1);
    stub.play(answerOf('PAY-9'));
    expect(await connector.services?.forCard?.(call, '1234 1234 1234 1234')).toMatchObject([{ reference: '36390' }]);
  });
});

describe('PAY-2, prefilled pages', () => {
  const link = (input: Partial<LinkInput> & Pick<LinkInput, 'destination'>, baseUrl = 'https://edge.qiwi.com') => {
    const bench = openBench({ definition: qiwi, settings: { baseUrl } });
    return bench.connector.paymentLinks?.payment({ locked: [], ...input });
  };
  const parts = (url: string) => [new URL(url).origin + new URL(url).pathname, [...new URL(url).searchParams].sort()];
  const documentedLink = (at: number) => parts(`https://qiwi.com${golden('PAY-2').requests[at]?.path}`);

  test('the documented links', () => {
    const transfer = link({
      destination: { kind: 'WALLET_PHONE', phone: '+79991112233' },
      amount: rub(100n),
      note: 'test123',
      locked: ['ACCOUNT'],
    });
    const nickname = link({
      destination: { kind: 'NICKNAME', nickname: 'NICKNAME' },
      amount: rub(100n),
      locked: ['ACCOUNT'],
    });
    expect(transfer && 'url' in transfer && parts(transfer.url)).toEqual(documentedLink(0));
    expect(nickname && 'url' in nickname && parts(nickname.url)).toEqual(documentedLink(1));
    expect(transfer && 'url' in transfer && transfer.url).toContain('extra%5B%27account%27%5D=79991112233&');
  });

  test.each([
    [{ kind: 'CARD', number: '4256111122221231' }, '/1963?'],
    [{ kind: 'CARD', number: '5256111122221231' }, '/21013?'],
    [{ kind: 'CARD', number: '2200111122221231' }, '/31652?'],
    [{ kind: 'REQUISITES' }, '/1717'],
    [{ kind: 'SERVICE', reference: '674', account: '111000' }, '/674?'],
  ] as [LinkInput['destination'], string][])('%j leads to %s', (destination, page) => {
    const said = link({ destination }, 'http://127.0.0.1:9/qiwi');
    expect(said && 'url' in said && said.url).toContain(`http://127.0.0.1:9/qiwi/payment/form${page}`);
  });

  it('takes five kopecks as 5, and all fields as locked in order', () => {
    const destination = { kind: 'WALLET_PHONE', phone: '79991112233' } as const;
    const said = link({ destination, amount: rub(9_999_905n), note: 'a b', locked: ['AMOUNT', 'ACCOUNT', 'NOTE'] });
    expect(said && 'url' in said && said.url.split('?')[1]).toBe(
      'extra%5B%27account%27%5D=79991112233&amountInteger=99999&amountFraction=5&extra%5B%27comment%27%5D=a+b&currency=643' +
        '&blocked%5B0%5D=sum&blocked%5B1%5D=account&blocked%5B2%5D=comment',
    );
  });

  it('says what stands in the way', () => {
    const destination = { kind: 'WALLET_PHONE', phone: '79991112233' } as const;
    expect(link({ destination, amount: { minor: 1n, currency: 'USD' } })).toMatchObject({ field: 'amount' });
    expect(link({ destination, amount: rub(10_000_000n) })).toMatchObject({ field: 'amount' });
    expect(link({ destination: { kind: 'REQUISITES' }, note: 'a' })).toMatchObject({ field: 'note' });
    expect(link({ destination: { kind: 'CARD', number: '6256111122221231' } })).toBeNull();
  });
});

describe('Settings of an account', () => {
  const read = (settings: Record<string, string>) => qiwiConfig.parse(settings);

  test('the provider’s own hosts belong to its own base URL', () => {
    expect(read({ baseUrl: 'https://edge.qiwi.com/' })).toMatchObject({
      baseUrl: 'https://edge.qiwi.com',
      p2pUrl: 'https://api.qiwi.com',
      formUrl: 'https://qiwi.com/payment/form',
      invoiceFormUrl: 'https://oplata.qiwi.com/create',
    });
    expect(read({ baseUrl: 'http://127.0.0.1:1/qiwi', p2pUrl: 'http://127.0.0.1:2' })).toMatchObject({
      p2pUrl: 'http://127.0.0.1:2',
      formUrl: 'http://127.0.0.1:1/qiwi/payment/form',
      invoiceFormUrl: 'http://127.0.0.1:1/qiwi/create',
    });
  });

  test('a wallet number loses its plus; number and token go together', () => {
    expect(read({ baseUrl: 'http://x', wallet: '+7 911 522-11-33', token: 't' }).wallet).toBe('79115221133');
    const issues = (settings: Record<string, string>) =>
      qiwiConfig.safeParse({ baseUrl: 'http://x', ...settings }).error?.issues.map(({ path }) => path.join('.'));
    expect(issues({ wallet: '79115221133' })).toEqual(['token']);
    expect(issues({ wallet: 'me', token: 't' })).toEqual(['wallet']);
  });

  test('without a wallet and its token, nothing is sent', async () => {
    const bench = openBench({ definition: qiwi, settings: { baseUrl: stub.url } });
    stub.play('RESET');
    await expect(bench.connector.balances?.sources?.(bench.call)).rejects.toMatchObject({
      refusal: { errorCode: 'NOT_SUPPORTED' },
    });
    const wallet = { number: '79115221133', credentials: {} };
    await expect(bench.connector.balances?.sources?.({ ...bench.call, wallet })).rejects.toThrow('token');
    expect(stub.seen).toEqual([]);
    await bench.close();
  });
});
