import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRoute, isHealthy, type RouteCandidate } from '../../src/connectors/routing.ts';

const candidate: fc.Arbitrary<RouteCandidate> = fc.record({
  accountId: fc.uuid(),
  provider: fc.constantFrom('MBANK', 'QIWI', 'VSEPLATEZHI'),
  isDefault: fc.boolean(),
  capable: fc.boolean(),
  health: fc.constantFrom('UP', 'DEGRADED', 'DOWN'),
  circuitOpen: fc.boolean(),
  fee: fc.option(fc.record({ minor: fc.bigInt({ min: 0n, max: 10n }), currency: fc.constant('RUB') }), { nil: null }),
});
const candidates = fc.uniqueArray(candidate, { selector: (one) => one.accountId, maxLength: 8 });

describe('the route of a payment', () => {
  it('is the cheapest healthy capable account, and every other one is a fallback in order of cost', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        const choice = chooseRoute(all);
        const usable = all.filter((one) => one.capable && isHealthy(one));
        if (choice.kind === 'none') return usable.length === 0;
        const order = [choice.route, ...choice.fallbacks];
        expect(new Set(order)).toEqual(new Set(usable));
        const costs = order.map((one) => one.fee?.minor ?? 1_000n);
        return costs.every((cost, index) => index === 0 || cost >= (costs[index - 1] ?? 0n));
      }),
    );
  });

  it('does not depend on the order in which accounts are listed', () => {
    fc.assert(
      fc.property(candidates, fc.infiniteStream(fc.nat()), (all, noise) => {
        const shuffled = all
          .map((one) => ({ one, key: noise.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(chooseRoute(shuffled)).toEqual(chooseRoute(all));
      }),
    );
  });

  it('is the named provider whatever its health, with nothing to fall back on', () => {
    fc.assert(
      fc.property(candidates, fc.constantFrom('MBANK', 'QIWI'), (all, provider) => {
        const choice = chooseRoute(all, { provider });
        const there = all.filter((one) => one.provider === provider);
        const able = there.filter((one) => one.capable);
        if (choice.kind === 'none')
          return choice.why === (there.length === 0 ? 'NO_ACCOUNT' : 'NOT_SUPPORTED') && able.length === 0;
        expect(choice.fallbacks).toEqual([]);
        return able.includes(choice.route) && (choice.route.isDefault || able.every((one) => !one.isDefault));
      }),
    );
  });

  it('says why there is none', () => {
    const one: RouteCandidate = {
      accountId: 'a',
      provider: 'MBANK',
      isDefault: true,
      capable: true,
      health: 'DOWN',
      circuitOpen: false,
      fee: null,
    };
    expect(chooseRoute([])).toEqual({ kind: 'none', why: 'NO_ACCOUNT' });
    expect(chooseRoute([{ ...one, capable: false }])).toEqual({ kind: 'none', why: 'NOT_SUPPORTED' });
    expect(chooseRoute([one])).toEqual({ kind: 'none', why: 'UNAVAILABLE' });
    expect(chooseRoute([{ ...one, health: 'UP', circuitOpen: true }])).toEqual({ kind: 'none', why: 'UNAVAILABLE' });
    expect(chooseRoute([one], { provider: 'MBANK' })).toMatchObject({ kind: 'route', route: one });
  });
});
