import { describe, expect, it } from 'vitest';
import { Bench, me, other } from './support.ts';

/** Section 2.1. */

const bench = new Bench();
const accounts = `/funding-sources/v2/persons/${me.wallet}/accounts`;

describe('BAL-1', () => {
  it('lists a phone account without a balance and the wallet’s balances, as documented', async () => {
    bench.act('wallet.balance', { wallet: me.wallet, amount: 8.74 });
    const { status, json, text } = await bench.get(accounts);
    expect(status).toBe(200);
    expect(json.accounts.slice(0, 2)).toEqual([
      {
        alias: 'mc_beeline_rub',
        fsAlias: 'qb_mc_beeline',
        bankAlias: 'QIWI',
        title: 'MC',
        type: { id: 'MC', title: 'Счет мобильного кошелька' },
        hasBalance: false,
        balance: null,
        currency: 643,
      },
      {
        alias: 'qw_wallet_rub',
        fsAlias: 'qb_wallet',
        bankAlias: 'QIWI',
        title: 'WALLET',
        type: { id: 'WALLET', title: 'QIWI Wallet' },
        hasBalance: true,
        balance: { amount: 8.74, currency: 643 },
        currency: 643,
      },
    ]);
    expect(text).toContain('{"amount":8.74,"currency":643}');
  });

  it('may hide a balance, and shows it to the repeated request', async () => {
    bench.act('wallet.hide', { wallet: me.wallet });
    expect(await bench.balance()).toBeNull();
    const { json } = await bench.get(`${accounts}?timeout=1000&alias=qw_wallet_rub`);
    expect(json.accounts[1].balance).toEqual({ amount: 10_000, currency: 643 });
  });

  it('answers 404 for an unknown wallet and 403 for another one’s', async () => {
    expect((await bench.get('/funding-sources/v2/persons/79000000000/accounts')).status).toBe(404);
    expect((await bench.get(`/funding-sources/v2/persons/${other.wallet}/accounts`)).status).toBe(403);
  });
});

describe('BAL-2 and BAL-3', () => {
  it('move an alias from the offers to the balances', async () => {
    expect((await bench.get(`${accounts}/offer`)).json).toEqual([{ alias: 'qw_wallet_eur', currency: 978 }]);
    const created = await bench.post(accounts, { alias: 'qw_wallet_eur' });
    expect([created.status, created.text]).toEqual([201, '']);
    expect((await bench.get(`${accounts}/offer`)).json).toEqual([]);
    expect(await bench.balance(me, 978)).toBe(0);
  });

  it.each([{ alias: 'qw_wallet_rub' }, { alias: 'qw_wallet_gbp' }, { alias: 7 }, {}])('%j is refused', async (body) => {
    const before = (await bench.get(accounts)).text;
    expect((await bench.post(accounts, body)).status).toBe(400);
    expect((await bench.get(accounts)).text).toBe(before);
  });
});

describe('BAL-4', () => {
  const set = (alias: string, body: unknown) => bench.call('PATCH', `${accounts}/${alias}`, { body });
  const currency = async () => (await bench.get('/person-profile/v1/profile/current')).json.userInfo.defaultPayCurrency;

  it('sets the default balance, which the profile shows', async () => {
    expect(await currency()).toBe(643);
    const { status, text } = await set('qw_wallet_usd', { defaultAccount: true });
    expect([status, text]).toEqual([204, '']);
    expect(await currency()).toBe(840);
  });

  it('refuses an unknown alias and anything but true', async () => {
    expect((await set('qw_wallet_eur', { defaultAccount: true })).status).toBe(404);
    expect((await set('qw_wallet_usd', { defaultAccount: false })).status).toBe(400);
    expect((await set('qw_wallet_usd', {})).status).toBe(400);
    expect(await currency()).toBe(643);
  });
});
