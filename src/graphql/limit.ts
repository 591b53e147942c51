import type { ShownLimit } from '../domain/wallet/provider-limits.ts';
import { builder } from './builder.ts';
import { IdentificationLevelEnum, LimitKindEnum, LimitWindowEnum } from './enums.ts';
import { MoneyRef, money } from './money.ts';
import { ProviderRef, providerByCode } from './provider.ts';

const IntervalRef = builder.objectRef<{ from: Date; to: Date }>('Interval').implement({
  description: 'A span of time.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'Its first moment.' }),
    to: t.expose('to', { type: 'DateTime', description: 'The first moment after it.' }),
  }),
});

/** What is left: by the provider's own count where it keeps one, else what is not used up. */
function remainingOf({ stated, maxMinor, spentMinor }: ShownLimit): bigint | null {
  const { remainingMinor = null } = stated ?? {};
  if (remainingMinor !== null) return remainingMinor;
  if (spentMinor === null || maxMinor === null) return null;
  return maxMinor > spentMinor ? maxMinor - spentMinor : 0n;
}

export const LimitRef = builder.objectRef<ShownLimit>('Limit').implement({
  description:
    'A cap on one kind of operation. `remaining` counts every payment that is not refused, in-flight ones included.',
  fields: (t) => ({
    kind: t.expose('kind', { type: LimitKindEnum, description: 'What it caps.' }),
    window: t.expose('window', { type: LimitWindowEnum, description: 'Over which time it counts.' }),
    title: t.string({
      nullable: true,
      description: 'How its provider calls it, where a provider states it.',
      resolve: ({ stated }) => stated?.title ?? null,
    }),
    description: t.string({
      nullable: true,
      description: 'What its provider says of it.',
      resolve: ({ stated }) => stated?.description ?? null,
    }),
    max: t.field({
      type: MoneyRef,
      nullable: true,
      description: 'The most that is allowed. Null for a rule that is only in force or not.',
      resolve: ({ maxMinor, currency }) => (maxMinor === null ? null : money(maxMinor, currency)),
    }),
    spent: t.field({
      type: MoneyRef,
      nullable: true,
      description: 'What is used up. Null for a limit of one operation, and for a level that is not the wallet’s own.',
      resolve: ({ spentMinor, currency }) => (spentMinor === null ? null : money(spentMinor, currency)),
    }),
    remaining: t.field({
      type: MoneyRef,
      nullable: true,
      description: 'What is left; never below zero.',
      resolve: (limit) => {
        const left = remainingOf(limit);
        return left === null ? null : money(left, limit.currency);
      },
    }),
    count: t.exposeInt('count', { nullable: true, description: 'How many operations have counted towards it.' }),
    maxCount: t.int({
      nullable: true,
      description: 'How many operations are allowed; null where they are not counted, or only told.',
      resolve: ({ stated }) => stated?.maxCount ?? null,
    }),
    country: t.string({
      nullable: true,
      description: 'The country whose rule it is, ISO 3166-1 alpha-2, where the provider tells.',
      resolve: ({ stated }) => stated?.country ?? null,
    }),
    interval: t.expose('interval', {
      type: IntervalRef,
      nullable: true,
      description: 'The day or month that counts now.',
    }),
    enabled: t.boolean({ description: 'Is it in force?', resolve: ({ stated }) => stated?.enabled ?? true }),
    source: t.field({
      type: ProviderRef,
      description: 'Whose rule it is.',
      resolve: ({ stated }) => providerByCode(stated?.provider ?? 'LOCAL'),
    }),
    identification: t.expose('level', {
      type: IdentificationLevelEnum,
      nullable: true,
      description: 'The identification level that it belongs to.',
    }),
  }),
});
