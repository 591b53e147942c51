import { expect, test } from 'vitest';
import { serviceFee } from '../../../src/domain/service/service-fee.ts';

const free = { feePercent: '0', feeFixedMinor: 0n, feeMinMinor: null, feeMaxMinor: null };

test.each([
  ['nothing', {}, 10_000n, 0n],
  ['a percent', { feePercent: '3' }, 10_000n, 300n],
  ['half a percent, rounded half up', { feePercent: '0.5' }, 100n, 1n],
  ['below half it rounds down', { feePercent: '0.5' }, 99n, 0n],
  ['fixed and percent', { feePercent: '0.5', feeFixedMinor: 1_000n }, 20_000n, 1_100n],
  ['never below the minimum', { feePercent: '1', feeMinMinor: 1_000n }, 20_000n, 1_000n],
  ['never above the maximum', { feePercent: '1', feeMinMinor: 1_000n, feeMaxMinor: 50_000n }, 100_000_000n, 50_000n],
  ['exact beyond what a double holds', { feePercent: '0.1' }, 90_071_992_547_409_930n, 90_071_992_547_410n],
])('%s', (_what, tariff, amount, fee) => {
  expect(serviceFee({ ...free, ...tariff }, amount)).toBe(fee);
});
