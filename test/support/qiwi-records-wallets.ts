import {
  OpenAccountDocument,
  RegisterProviderWebhookDocument,
  RotateProviderWebhookKeyDocument,
  SetDefaultCurrencyDocument,
} from '../../schema/operations.ts';
import { openKey } from '../../src/domain/webhook/store.ts';
import { done, unique } from './builders.ts';
import type { QiwiWallet } from './qiwi.ts';
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

const HOOKS = '/payment-notifier/v1/hooks';

/** The webhook of a wallet: the one that QIWI has, and those that are kept here with their keys. */
async function webhook(desk: Desk) {
  const { owner, walletId } = await newWallet(desk);
  const { deps } = desk.gateway;
  const input = { providerAccountId: desk.qiwi.account.id, walletId };
  const register = async () => (await desk.call(RegisterProviderWebhookDocument, { input })).providerWebhookRegister;
  const kept = async () => {
    const found = await deps.db.prisma.providerWebhook.findMany({ where: { walletId } });
    return found.map((row) => ({ reference: row.reference, key: openKey(deps.vault, row), removed: row.removedAt }));
  };
  /** Is exactly the webhook that QIWI has kept here, with the key that counts? */
  const agrees = async () => {
    const active = await answerOf(desk, owner, `${HOOKS}/active`);
    const { key } = await answerOf(desk, owner, `${HOOKS}/${active['hookId']}/key`);
    const [one, ...more] = await kept();
    return { hooks: more.length + 1, agreed: one?.reference === active['hookId'] && one?.key === key };
  };
  return { register, kept, agrees };
}

const answerOf = async ({ qiwi }: Desk, owner: QiwiWallet, path: string) =>
  (await (await qiwi.elsewhere(owner, 'GET', path)).json()) as Record<string, string>;

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
  {
    title: 'webhook registered',
    operation: 'HOK-1',
    async prepare(desk) {
      const { register, agrees } = await webhook(desk);
      return { send: register, outcome: agrees, once: { hooks: 1, agreed: true } };
    },
  },
  {
    title: 'key of a webhook replaced',
    operation: 'HOK-4',
    async prepare(desk) {
      const { register, kept, agrees } = await webhook(desk);
      const { webhook: registered } = done(await register(), 'ProviderWebhookRegisterSuccess');
      const [before] = await kept();
      const rotate = () => desk.call(RotateProviderWebhookKeyDocument, { webhookId: registered.id });
      const outcome = async () => ({ ...(await agrees()), replaced: (await kept())[0]?.key !== before?.key });
      const send = async () => (await rotate()).providerWebhookRotateKey;
      return { send, outcome, once: { hooks: 1, agreed: true, replaced: true } };
    },
  },
];
