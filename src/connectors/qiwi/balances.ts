import type { Call } from '../connector.ts';
import type { Balances, ProviderFundingSource } from '../wallets.ts';
import { refusal, unfit } from './answer.ts';
import { beforehand, done, type Parts } from './parts.ts';
import type { WireAccount } from './wire.ts';

/** BALANCES (contract 2.1). */
export function balancesCapability({ client }: Parts): Balances {
  const { balances, profile } = client;

  /** Every account; one whose figure is left out is asked for once more, as documented (BAL-1, retry rule). */
  const read = async (call: Call): Promise<WireAccount[]> => {
    const { accounts } = await balances.list(call);
    const whole: WireAccount[] = [];
    for (const account of accounts) {
      const again = account.hasBalance && !account.balance ? await balances.list(call, account.alias) : null;
      whole.push(again?.accounts.find(({ alias }) => alias === account.alias) ?? account);
    }
    return whole;
  };

  return {
    operations: ['BAL-1', 'BAL-2', 'BAL-3', 'BAL-4', 'PRF-1'],
    async list(call) {
      const { userInfo } = await profile.current(call);
      const accounts = await read(call);
      return accounts.flatMap(({ alias, title, currency, hasBalance, balance }) =>
        hasBalance && balance
          ? [{ balance, title, isDefault: currency === userInfo.defaultPayCurrency, reference: alias }]
          : [],
      );
    },
    sources: async (call) => (await read(call)).map(sourceOf),
    offered: async (call) => (await balances.offers(call)).map(({ currency }) => currency),
    open: (call, currency) =>
      done(async () => {
        const offers = await beforehand(balances.offers(call));
        const offer = offers.find((one) => one.currency === currency);
        if (!offer) throw await unofferable(call, currency);
        await balances.open(call, offer.alias);
      }),
    setDefault: (call, currency) =>
      done(async () => {
        const account = await beforehand(openAccount(call, currency));
        if (!account) throw unfit('BAL-4', `The wallet has no account in ${currency}; open one first.`);
        await balances.setDefault(call, account.alias);
      }),
  };

  async function openAccount(call: Call, currency: string): Promise<WireAccount | undefined> {
    const { accounts } = await balances.list(call);
    return accounts.find((account) => account.hasBalance && account.currency === currency);
  }

  async function unofferable(call: Call, currency: string): Promise<Error> {
    if (!(await beforehand(openAccount(call, currency))))
      return unfit('BAL-2', `The provider offers this wallet no account in ${currency}.`);
    return refusal('BAL-2', {
      errorCode: 'CONFLICT',
      providerMessage: `The wallet has an account in ${currency} already.`,
      remedy: 'NONE',
    });
  }
}

const kinds: Readonly<Record<string, ProviderFundingSource['kind']>> = { WALLET: 'BALANCE', MC: 'MOBILE_ACCOUNT' };

/** A null amount is one that the provider has not, or cannot say now; never zero. */
const sourceOf = ({ alias, title, type, hasBalance, balance, currency }: WireAccount): ProviderFundingSource => ({
  kind: kinds[type.id] ?? (hasBalance ? 'BALANCE' : 'CARD'),
  title: type.title ?? title,
  reference: alias,
  currency,
  amount: (hasBalance && balance) || null,
});
