import { describe, expect, test } from 'vitest';
import { CreditSessionState as states } from '../../../src/db/generated/enums.ts';
import { allowedSteps, isFinal, judge } from '../../../src/domain/credit/states.ts';

const all = Object.values(states);
const [P, C, A, V, R, G] = ['PROCESSING', 'CANCELLED', 'AUTHORIZED', 'VOIDED', 'REFUNDED', 'CHARGED'] as const;

/** Rows: what is known. Columns: what is told. A list: the steps that it takes. */
const table: Record<string, Record<(typeof all)[number], string[] | 'same' | 'stale' | 'contradiction'>> = {
  none: { [P]: [P], [C]: [P, C], [A]: [P, A], [V]: [P, A, V], [R]: [P, A, G, R], [G]: [P, A, G] },
  [P]: { [P]: 'same', [C]: [C], [A]: [A], [V]: [A, V], [R]: [A, G, R], [G]: [A, G] },
  [A]: { [P]: 'stale', [C]: 'contradiction', [A]: 'same', [V]: [V], [R]: [G, R], [G]: [G] },
  [G]: { [P]: 'stale', [C]: 'contradiction', [A]: 'stale', [V]: 'contradiction', [R]: [R], [G]: 'same' },
  [C]: {
    [P]: 'stale',
    [C]: 'same',
    [A]: 'contradiction',
    [V]: 'contradiction',
    [R]: 'contradiction',
    [G]: 'contradiction',
  },
  [V]: {
    [P]: 'stale',
    [C]: 'contradiction',
    [A]: 'stale',
    [V]: 'same',
    [R]: 'contradiction',
    [G]: 'contradiction',
  },
  [R]: { [P]: 'stale', [C]: 'contradiction', [A]: 'stale', [V]: 'contradiction', [R]: 'same', [G]: 'stale' },
};

describe.each(Object.keys(table))('A session that is known as %s', (known) => {
  test.each(all)('and is told to be %s.', (told) => {
    const finding = judge(known === 'none' ? null : (known as (typeof all)[number]), told);
    expect(finding.kind === 'steps' ? finding.steps : finding.kind).toEqual(table[known]?.[told]);
  });
});

test('The three ends are CANCELLED, VOIDED and REFUNDED.', () => {
  expect(all.filter(isFinal).sort()).toEqual([C, R, V]);
});

test('No way leads to a state by two roads, and none back.', () => {
  const entered = all.flatMap((state) => allowedSteps[state]);
  expect(entered.filter((state, index) => entered.indexOf(state) !== index)).toEqual([]);
  for (const from of all)
    for (const to of all) {
      const there = judge(from, to).kind;
      if (there === 'steps') expect(judge(to, from).kind).toBe('stale');
      if (there === 'contradiction') expect(judge(to, from).kind).toBe('contradiction');
    }
});
