import { OpenAccountDocument, SetDefaultCurrencyDocument } from '../../schema/operations.ts';
import { done, unique } from './builders.ts';
import { type Desk, newWallet, type RecordWrite, rows } from './qiwi-desk.ts';

/** The currencies of a wallet, and the one that is used where none is named. */
async function currencies(desk: Desk) {
  const { owner, walletId } = await newWallet(desk);
  const input = { idempotencyKey: unique('open'), walletId, currency: 'USD' };
  const open = async () => (await desk.call(OpenAccountDocument, { input })).walletAccountOpen;
  const outcome = async () => {
    const [wallet] = rows(desk, 'wallets').filter(({ personId }) => personId === owner.number);
    const profile = await desk.qiwi.elsewhere(owner, 'GET', '/person-profile/v1/profile/current');
    const { userInfo } = (await profile.json()) as { userInfo: { defaultPayCurrency: number } };
    const kept = await desk.gateway.deps.db.prisma.wallet.findUniqueOrThrow({
      where: { id: walletId },
      include: { accounts: true },
    });
    return {
      there: Object.keys(wallet?.['balances'] ?? {}).sort(),
      byDefault: userInfo.defaultPayCurrency,
      here: kept.accounts.map(({ currency }) => currency).sort(),
      byDefaultHere: kept.defaultCurrency,
    };
  };
  const both = { there: ['qw_wallet_rub', 'qw_wallet_usd'], here: ['RUB', 'USD'] };
  return { walletId, open, outcome, both };
}

/** The writes about a wallet itself. */
export const walletWrites: RecordWrite[] = [
  {
    title: 'currency opened',
    operation: 'BAL-2',
    async prepare(desk) {
      const { open, outcome, both } = await currencies(desk);
      return { send: open, outcome, once: { ...both, byDefault: 643, byDefaultHere: 'RUB' } };
    },
  },
  {
    title: 'default currency chosen',
    operation: 'BAL-4',
    async prepare(desk) {
      const { walletId, open, outcome, both } = await currencies(desk);
      done(await open(), 'WalletAccountOpenSuccess');
      const choose = () => desk.call(SetDefaultCurrencyDocument, { walletId, currency: 'USD' });
      const send = async () => (await choose()).walletSetDefaultCurrency;
      return { send, outcome, once: { ...both, byDefault: 840, byDefaultHere: 'USD' } };
    },
  },
];
