import { expect, vi } from 'vitest';
import { originOf } from '../../src/domain/provider/route.ts';
import type { TestApp } from './app.ts';
import { type Call, newPhone } from './builders.ts';
import type { TestMbank } from './mbank.ts';
import { linkedWallet } from './provider-wallets.ts';

/** Where records are written. */
export interface Desk {
  gateway: TestApp;
  apiKey: string;
  call: Call;
  mbank: TestMbank;
  /** Our id of the service 834, which asks for a phone. */
  serviceId: string;
  /** Our id of the service 61, whose payments have several steps. */
  stepsServiceId: string;
}

/** A desk at this mbank, once the catalogue has been read. */
export async function deskAt(parts: Omit<Desk, 'serviceId' | 'stepsServiceId'>): Promise<Desk> {
  const { deps } = parts.gateway;
  const { service } = deps.db.prisma;
  const origin = originOf(deps, parts.mbank.account);
  const idOf = async (providerReference: string) => {
    const where = { providerReference, origin };
    await vi.waitFor(async () => expect(await service.count({ where })).toBe(1), { timeout: 15_000 });
    return (await service.findFirstOrThrow({ where })).id;
  };
  return { ...parts, serviceId: await idOf('834'), stepsServiceId: await idOf('61') };
}

/** One write of mbank that moves no money. */
export interface RecordWrite {
  title: string;
  operation: string;
  /** Makes everything that the write needs. */
  prepare(desk: Desk): Promise<Prepared>;
}

export type Prepared = {
  /** The mutation; to repeat it is to send the very same. */
  send(): Promise<{ __typename: string } | null | undefined>;
  /** What mbank has, as mbank itself tells it. */
  atMbank(): Promise<unknown>;
} & (
  | {
      /** What mbank has when the write has been done exactly once, however often it was asked for. */
      once: unknown;
    }
  | {
      /**
       * Of a write that nothing at mbank tells apart from its repetition: what mbank has when it has been reached so many times.
       * It is reached once for each time that the caller sends the mutation, and never besides.
       */
      each(times: number): unknown;
    }
);

/** A wallet at mbank with 100 rubles, and its phone. */
export async function newWallet({ call, mbank }: Desk): Promise<{ phone: string; walletId: string }> {
  const phone = newPhone();
  return { phone, walletId: await linkedWallet(call, mbank, 100, phone) };
}

/** What the emulator's control shows of mbank that no call of a wallet does. */
export interface MbankState {
  wallets: { phone: string; unseen: number; unseenBest: number; codesSent: { activation: number; reset: number } }[];
  mails: { to: string; about: string; paymentId?: number }[];
  orders: { phone: string; title: string }[];
  bestLog: { payment_id: number }[];
}

export const stateOf = ({ mbank }: Pick<Desk, 'mbank'>): MbankState =>
  (mbank.sandbox.control.state('mbank') as { providers: { mbank: MbankState } }).providers.mbank;

/** The same of one wallet. */
export function walletState(desk: Desk, phone: string): MbankState['wallets'][number] {
  const found = stateOf(desk).wallets.find((wallet) => wallet.phone === phone);
  if (!found) throw new Error(`mbank has no wallet ${phone}`);
  return found;
}
