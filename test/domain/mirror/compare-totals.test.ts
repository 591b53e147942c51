import { expect, test } from 'vitest';
import type { ProviderPayment } from '../../../src/connectors/values.ts';
import { compareTotals } from '../../../src/domain/mirror/compare-totals.ts';
import type { Subject } from '../../../src/domain/mirror/subject.ts';

const rub = (minor: bigint) => ({ minor, currency: 'RUB' });
const span = { from: new Date(0), to: new Date(1_000) };

const line = (direction: 'IN' | 'OUT', minor: bigint, rest: Partial<ProviderPayment> = {}): ProviderPayment => ({
  reference: '1',
  clientId: null,
  kind: 'TRANSFER',
  status: 'COMPLETED',
  providerStatus: 'SUCCESS',
  amount: rub(minor),
  total: null,
  fee: null,
  nextAction: null,
  declineReason: null,
  declineMessage: null,
  source: { kind: 'EXTERNAL', description: 'somebody' },
  destination: { kind: 'EXTERNAL', description: 'somebody' },
  direction,
  card: null,
  parameters: [],
  attributes: [],
  note: null,
  title: null,
  subtitle: null,
  description: null,
  receiptNumber: null,
  walletNumber: null,
  createdAt: new Date(0),
  completedAt: null,
  ...rest,
});

/** A wallet whose provider adds up to these. */
const subject = (incoming: bigint, outgoing: bigint | null) =>
  ({
    wallet: { id: 'wal' },
    call: { wallet: null },
    connector: {
      history:
        outgoing === null
          ? {}
          : { totals: async () => ({ incoming: [rub(incoming)], outgoing: outgoing ? [rub(outgoing)] : [] }) },
    },
  }) as unknown as Subject;

const items = [line('IN', 500n), line('OUT', 200n, { fee: rub(10n) }), line('OUT', 99n, { status: 'DECLINED' })];

test('Sums that follow from the lines, fees included and refusals left out, differ in nothing.', async () => {
  expect(await compareTotals(subject(500n, 210n), span, items)).toEqual([]);
});

test('A line that the list leaves out is in the sum: the difference is named with both figures.', async () => {
  expect(await compareTotals(subject(750n, 210n), span, items)).toEqual([
    { kind: 'AMOUNT_DIFFERS', subject: 'totals:wal:IN:RUB', expected: rub(500n), actual: rub(750n) },
  ]);
  expect(await compareTotals(subject(500n, 0n), span, items)).toEqual([
    { kind: 'AMOUNT_DIFFERS', subject: 'totals:wal:OUT:RUB', expected: rub(210n), actual: rub(0n) },
  ]);
});

test('Nothing is concluded where no sums are told, and while money is on its way.', async () => {
  expect(await compareTotals(subject(0n, null), span, items)).toBeNull();
  const underWay = [...items, line('OUT', 5n, { status: 'PROCESSING' })];
  expect(await compareTotals(subject(500n, 210n), span, underWay)).toBeNull();
});
