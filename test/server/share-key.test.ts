import fc from 'fast-check';
import { type ExecutionArgs, parse } from 'graphql';
import { expect, test } from 'vitest';
import { Scope } from '../../src/db/generated/enums.ts';
import type { Viewer } from '../../src/domain/access/viewer.ts';
import { shareKey } from '../../src/server/fan-out/share-key.ts';
import { edgeSchema } from './edge-schema.ts';

const document = parse('subscription A { count(to: 1) } subscription B { count(to: 2) }');
const args = (over: Partial<ExecutionArgs> = {}): ExecutionArgs => ({ schema: edgeSchema, document, ...over });

const partnerId = fc.constantFrom('par_1', 'par_2');
const scopes = fc
  .uniqueArray(fc.constantFrom(...Object.values(Scope)), { maxLength: 3 })
  .map((given) => new Set(given));
const viewers: fc.Arbitrary<Viewer> = fc.oneof(
  fc.constant({ kind: 'ADMIN' as const }),
  fc.record({ kind: fc.constant('PARTNER' as const), partnerId, apiKeyId: fc.string(), scopes }),
  fc.record({
    kind: fc.constant('CUSTOMER' as const),
    partnerId,
    customerId: fc.constantFrom('cus_1', 'cus_2'),
    scopes,
    expiresAt: fc.date({ noInvalidDate: true }),
  }),
);

/** What two viewers must have in common, told another way than the key tells it. */
function seeTheSame(one: Viewer, other: Viewer): boolean {
  if (one.kind === 'ADMIN' || other.kind === 'ADMIN') return one.kind === other.kind;
  const ids = [one.partnerId === other.partnerId];
  if (one.kind === 'CUSTOMER' && other.kind === 'CUSTOMER') ids.push(one.customerId === other.customerId);
  const within = (a: ReadonlySet<Scope>, b: ReadonlySet<Scope>) => [...a].every((scope) => b.has(scope));
  const sameScopes = within(one.scopes, other.scopes) && within(other.scopes, one.scopes);
  return one.kind === other.kind && ids.every(Boolean) && sameScopes;
}

test('Two viewers have one key exactly when kind, partner, customer and the set of scopes are the same.', () => {
  const seen = { same: 0, different: 0 };
  fc.assert(
    fc.property(viewers, viewers, (one, other) => {
      const same = shareKey(args(), one) === shareKey(args(), other);
      seen[same ? 'same' : 'different'] += 1;
      expect(same).toBe(seeTheSame(one, other));
    }),
    { numRuns: 2_000 },
  );
  expect(seen.same).toBeGreaterThan(50);
  expect(seen.different).toBeGreaterThan(50);
});

test('What a viewer may gain later counts, although nobody has said so.', () => {
  const viewer = { kind: 'PARTNER', partnerId: 'par_1', apiKeyId: 'key_1', scopes: new Set<Scope>() } as const;
  expect(shareKey(args(), { ...viewer, region: 'north' } as Viewer)).not.toBe(shareKey(args(), viewer));
});

test.each([
  ['the operation', { operationName: 'A' }, { operationName: 'B' }],
  ['a variable', { variableValues: { id: '1' } }, { variableValues: { id: '2' } }],
  ['null and nothing', { variableValues: { id: null } }, { variableValues: {} }],
  ['a number and a text', { variableValues: { id: 1 } }, { variableValues: { id: '1' } }],
  ['the order of a list', { variableValues: { in: { a: [1, 2] } } }, { variableValues: { in: { a: [2, 1] } } }],
  ['the document', {}, { document: parse('subscription A { count(to: 1) } subscription B { count(to: 2) }') }],
])('Another key: %s.', (_what, one, other) => {
  const viewer: Viewer = { kind: 'ADMIN' };
  expect(shareKey(args(one), viewer)).not.toBe(shareKey(args(other), viewer));
});

test('The same key: variables in another order, no variables and none given.', () => {
  const viewer: Viewer = { kind: 'ADMIN' };
  const [a, b] = [
    { x: 1, y: { p: 'q', r: [{ s: 1, t: 2 }] } },
    { y: { r: [{ t: 2, s: 1 }], p: 'q' }, x: 1 },
  ];
  expect(shareKey(args({ variableValues: a }), viewer)).toBe(shareKey(args({ variableValues: b }), viewer));
  expect(shareKey(args({ variableValues: {} }), viewer)).toBe(shareKey(args(), viewer));
  expect(shareKey(args({ operationName: null }), viewer)).toBe(shareKey(args(), viewer));
});
