import type { TestApp } from './app.ts';
import type { Call } from './builders.ts';
import type { CallFault } from './call-faults.ts';
import { linkQiwi, type QiwiWallet, type TestQiwi } from './qiwi.ts';

/** Where writes to QIWI are tried out. */
export interface Desk {
  gateway: TestApp;
  call: Call;
  qiwi: TestQiwi;
}

/** One write of QIWI that moves no money. */
export interface RecordWrite {
  title: string;
  operation: string;
  /** Makes everything that the write needs. */
  prepare(desk: Desk): Promise<Prepared>;
}

export interface Prepared {
  /** The mutation; to repeat it is to send the very same. */
  send(): Promise<{ __typename: string } | null | undefined>;
  /** What QIWI has, and what is here. */
  outcome(): Promise<unknown>;
  /** The outcome of a write that has been done exactly once. */
  once: unknown;
  /**
   * How often QIWI has done it, where the documents promise nothing about doing it twice: as often as it was asked for, and never
   * by a repetition of our own.
   */
  times?(): number;
}

/** A wallet at QIWI that is linked here, without a webhook: only what is asked for is learned of it. */
export async function newWallet(
  { call, qiwi }: Pick<Desk, 'call' | 'qiwi'>,
  extra: object = {},
): Promise<{ owner: QiwiWallet; walletId: string }> {
  const owner = qiwi.wallet(100, extra);
  return { owner, walletId: await linkQiwi(call, qiwi, owner, { registerWebhook: false }) };
}

type Row = Record<string, unknown>;

/** What the emulator has of a kind, as its control API shows it. */
export function rows({ qiwi }: Pick<Desk, 'qiwi'>, kind: 'wallets' | 'bills' | 'invoices' | 'cards' | 'transactions') {
  const { providers } = qiwi.sandbox.control.state('qiwi') as { providers: { qiwi: Record<typeof kind, Row[]> } };
  return providers.qiwi[kind];
}

/** Plans the fault for the next call of an operation. */
export const spoil = ({ sandbox }: TestQiwi, operation: string, fault: CallFault): void => {
  sandbox.control.fault({ provider: 'qiwi', operation, ...fault });
};
