import type { Place } from '../db/generated/client.ts';
import { findPlaces } from '../domain/location/places.ts';
import { builder } from './builder.ts';
import { catalogueOf } from './catalogue.ts';
import { badInput } from './errors.ts';

const MAX_PLACES = 50;

const PlaceRef = builder.objectRef<Place>('Place');
PlaceRef.implement({
  description: 'A place of a provider’s map: a town, a region, a country.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id, for `placeId`.' }),
    title: t.exposeString('title', { description: 'Its name.' }),
    inside: t.field({
      type: [PlaceRef],
      description: 'The places in which it lies, narrowest first.',
      resolve: async ({ insideIds }, _args, context) => {
        const places = await catalogueOf(context).place.loadMany(insideIds);
        return places.flatMap((place) => {
          if (place instanceof Error) throw place;
          return place ?? [];
        });
      },
    }),
  }),
});

builder.queryField('places', (t) =>
  t.field({
    type: [PlaceRef],
    description: 'Places with this text in their name; without `search` the large cities.',
    authScopes: { signedIn: true },
    args: {
      search: t.arg.string({ description: 'A part of the name.' }),
      first: t.arg.int({ required: true, defaultValue: 10, description: `How many; at most ${MAX_PLACES}.` }),
    },
    complexity: ({ first }) => ({ field: 1, multiplier: first / 10 }),
    resolve: async (_root, { search, first }, context) => {
      if (first < 1 || first > MAX_PLACES) throw badInput(`first: must be from 1 to ${MAX_PLACES}.`);
      const { deps } = context;
      const query = { search: search?.trim() || undefined, take: first };
      return findPlaces(deps, deps.db.prisma, await catalogueOf(context).all(), query);
    },
  }),
);
