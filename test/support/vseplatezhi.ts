import { OpenProviderWalletDocument } from '../../schema/operations.ts';
import type { ProviderAccount } from '../../src/db/generated/client.ts';
import { createProviderAccount } from '../../src/domain/provider/create-provider-account.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import type { TestApp } from './app.ts';
import { atEnd } from './at-end.ts';
import { type Call, done, newPhone, unique } from './builders.ts';

/** The house wallet of the emulator, with a million rubles. */
export const house = { walletId: '7d1f3c60-2b84-4c55-9e0a-6f1b2c3d4e5f', phone: '+79990000001' };

/** A wallet as the emulator keeps it. */
export interface VsePlatezhiWallet {
  walletId: string;
  number: string;
  /** Ten digits. */
  phone: string;
  status: string;
  balance: string;
}

/** A VsePlatezhi emulator and a partner's account at it. */
export interface TestVsePlatezhi {
  sandbox: Sandbox;
  account: ProviderAccount;
  /** Runs a control action of the emulator; see src/sandbox/README.md. */
  act(action: string, input?: unknown): unknown;
  /** The wallets that the emulator has now; of a phone with its country's code, only those that it had. */
  wallets(phone?: string): VsePlatezhiWallet[];
  /** How often the gateway has asked for an operation so far, answered or not. */
  asked(operation: string): number;
}

/**
 * Starts an emulator and opens an account of the partner at it, with the emulator's house wallet.
 * @param more credentials beside, or in the place of, those of the partner and the house wallet
 */
export async function startVsePlatezhi(
  gateway: TestApp,
  partnerId: string,
  more: Record<string, string> = {},
): Promise<TestVsePlatezhi> {
  const sandbox = await startSandbox({ port: 0 });
  atEnd(() => sandbox.close());
  const account = await createProviderAccount(gateway.deps, {
    partnerId,
    provider: 'VSEPLATEZHI',
    name: unique('Test VsePlatezhi'),
    baseUrl: `${sandbox.url}/vseplatezhi`,
    credentials: {
      clientId: 'partner-1',
      clientSecret: 'secret-1',
      partnerId: '42',
      walletId: house.walletId,
      ...more,
    },
  });
  return {
    sandbox,
    account,
    act: (action, input = {}) => sandbox.control.act('vseplatezhi', action, input),
    wallets(phone) {
      const { providers } = sandbox.control.state('vseplatezhi') as {
        providers: { vseplatezhi: { wallets: VsePlatezhiWallet[] } };
      };
      const every = providers.vseplatezhi.wallets;
      return phone === undefined ? every : every.filter((wallet) => `+7${wallet.phone}` === phone);
    },
    asked: (operation) => gateway.logged.filter((line) => line.includes(`"operation":"${operation}"`)).length,
  };
}

/** The input with which a wallet is opened at VsePlatezhi. */
export const openAtVsePlatezhi = (phone: string, extra: object = {}) => ({
  idempotencyKey: unique('open'),
  provider: 'VSEPLATEZHI' as const,
  phone,
  ...extra,
});

/** A new wallet at VsePlatezhi: its id here, and its phone. */
export async function openedWallet(
  call: Call,
  extra: object = {},
  phone = newPhone(),
): Promise<{ id: string; phone: string }> {
  const { walletOpen } = await call(OpenProviderWalletDocument, { input: openAtVsePlatezhi(phone, extra) });
  return { id: done(walletOpen, 'WalletOpenSuccess').wallet.id, phone };
}
