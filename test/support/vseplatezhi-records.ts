import {
  CloseWalletDocument,
  ConfirmDowngradeDocument,
  IdentifyOwnerDocument,
  OpenProviderWalletDocument,
  RequestDowngradeDocument,
  SetLimitsDocument,
  WalletCapsDocument,
} from '../../schema/operations.ts';
import { type Call, done, newPhone, rub, unique } from './builders.ts';
import { openAtVsePlatezhi, openedWallet, type TestVsePlatezhi } from './vseplatezhi.ts';

/** Where records are written. */
export interface Desk {
  call: Call;
  theirs: TestVsePlatezhi;
}

/** One write of VsePlatezhi that moves no money. */
export interface RecordWrite {
  title: string;
  operation: string;
  /** Makes everything that the write needs. */
  prepare(desk: Desk): Promise<Prepared>;
}

export interface Prepared {
  /** The mutation; to repeat it is to send the very same. */
  send(): Promise<{ __typename: string } | null | undefined>;
  /** What the provider has. */
  atProvider(): unknown;
  /** The same when the write has been done once. */
  once: unknown;
}

/** Every write of VsePlatezhi that moves no money. */
export const recordWrites: RecordWrite[] = [
  {
    title: 'A wallet is opened',
    operation: 'account.register',
    async prepare({ call, theirs }) {
      const phone = newPhone();
      const input = openAtVsePlatezhi(phone, { identification: 'SIMPLIFIED' });
      return {
        send: async () => (await call(OpenProviderWalletDocument, { input })).walletOpen,
        atProvider: () => theirs.wallets(phone).map(({ status }) => status),
        once: ['PERSONALIZED'],
      };
    },
  },
  {
    title: 'A wallet is closed',
    operation: 'account.deactivate',
    async prepare({ call, theirs }) {
      const { id, phone } = await openedWallet(call);
      return {
        send: async () => (await call(CloseWalletDocument, { walletId: id, reason: null })).walletClose,
        atProvider: () => theirs.wallets(phone).map(({ status }) => status),
        once: ['CLOSED'],
      };
    },
  },
  {
    title: 'A level is vouched for',
    operation: 'account.identify',
    async prepare({ call, theirs }) {
      const { id, phone } = await openedWallet(call);
      const input = { walletId: id, level: 'FULL' as const };
      return {
        send: async () => (await call(IdentifyOwnerDocument, { input })).customerIdentify,
        atProvider: () => theirs.wallets(phone).map(({ status }) => status),
        once: ['IDENTIFIED'],
      };
    },
  },
  {
    title: 'A level is taken back',
    operation: 'account.identify',
    async prepare({ call, theirs }) {
      const { id, phone } = await openedWallet(call, { identification: 'FULL' });
      const input = { idempotencyKey: unique('down'), walletId: id, to: 'NONE' as const };
      const { customerIdentificationDowngrade: asked } = await call(RequestDowngradeDocument, { input });
      const { downgrade } = done(asked, 'CustomerIdentificationDowngradeSuccess');
      return {
        send: async () => {
          const confirmed = await call(ConfirmDowngradeDocument, { downgradeId: downgrade.id });
          return confirmed.customerIdentificationDowngradeConfirm;
        },
        atProvider: () => theirs.wallets(phone).map(({ status }) => status),
        once: ['ELEMENTARY'],
      };
    },
  },
  {
    title: 'Limits are lowered',
    operation: 'limits.set',
    async prepare({ call }) {
      const { id } = await openedWallet(call);
      const limits = [{ kind: 'PAYMENT' as const, window: 'ONE_TIME' as const, max: rub('777.77') }];
      return {
        send: async () => (await call(SetLimitsDocument, { walletId: id, limits })).walletSetLimits,
        async atProvider() {
          const { wallet } = await call(WalletCapsDocument, { id, kinds: ['PAYMENT'] });
          return wallet?.limits
            .filter(({ source, window }) => source.code === 'VSEPLATEZHI' && window === 'ONE_TIME')
            .map(({ max }) => max?.amount);
        },
        once: ['777.77'],
      };
    },
  },
];
