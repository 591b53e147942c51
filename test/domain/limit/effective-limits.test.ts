import { expect, test } from 'vitest';
import { effectiveLimits } from '../../../src/domain/limit/effective-limits.ts';
import { localRules } from '../../../src/domain/limit/rules.ts';

const own = { walletId: 'wal_1', kind: 'TRANSFER' as const, window: 'DAY' as const, currency: 'RUB', enabled: true };
const transferDay = (limits: ReturnType<typeof effectiveLimits>) =>
  limits.find(({ kind, window, currency }) => kind === 'TRANSFER' && window === 'DAY' && currency === 'RUB');

test('A cap of the wallet’s own counts when it is tighter than its level’s, and only then.', () => {
  const level = transferDay(effectiveLimits('FULL', []))?.maxMinor;
  expect(level).toBe(100_000_000n);
  const max = (maxMinor: bigint | null, enabled = true) =>
    transferDay(effectiveLimits('FULL', [{ ...own, maxMinor, enabled }]));
  expect(max(5n)).toMatchObject({ maxMinor: 5n, own: true });
  expect(max(0n)).toMatchObject({ maxMinor: 0n, own: true });
  expect(max(100_000_001n)).toMatchObject({ maxMinor: level, own: false });
  expect(max(5n, false)).toMatchObject({ maxMinor: level, own: false });
  expect(max(null)).toMatchObject({ maxMinor: level, own: false });
});

test('Each level has the same caps as the others, each at least as wide as the level below.', () => {
  const name = ({ kind, window, currency }: { kind: string; window: string; currency: string }) =>
    `${kind} ${window} ${currency}`;
  const of = (level: string) =>
    new Map(localRules.filter((rule) => rule.level === level).map((rule) => [name(rule), rule.maxMinor]));
  const [none, simplified, full] = [of('NONE'), of('SIMPLIFIED'), of('FULL')];
  expect([...none.keys()]).toEqual([...full.keys()]);
  expect([...none.keys()]).toEqual([...simplified.keys()]);
  for (const [cap, max] of none) {
    expect(max < (simplified.get(cap) ?? 0n) && (simplified.get(cap) ?? 0n) < (full.get(cap) ?? 0n)).toBe(true);
  }
});
