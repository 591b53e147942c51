import { DEFAULT_RADIUS_METERS, findLocations, type LocationView } from '../domain/location/find-locations.ts';
import { builder } from './builder.ts';
import { catalogueOf } from './catalogue.ts';
import { described } from './described.ts';
import { ProviderCodeEnum } from './enums.ts';
import { forwardArgs, listComplexity, pageOfList } from './forward-page.ts';
import { withoutNulls } from './nulls.ts';
import { ProviderRef, providerByCode } from './provider.ts';

const LocationGroupEnum = described('LocationGroup', 'What a location is for.', {
  REPLENISHMENT: 'Money is paid in there.',
  VERIFICATION: 'People are identified there.',
  MONEY_TRANSFER: 'Transfers are sent and received there.',
});

const GeoPointInput = builder.inputType('GeoPointInput', {
  description: 'A point of the globe, in degrees (WGS 84).',
  fields: (t) => ({
    latitude: t.float({ required: true, description: 'North of the equator, -90 to 90.' }),
    longitude: t.float({ required: true, description: 'East of Greenwich, -180 to 180.' }),
  }),
});

const GeoBoxInput = builder.inputType('GeoBoxInput', {
  description: 'A rectangle on the map.',
  fields: (t) => ({
    southWest: t.field({ type: GeoPointInput, required: true, description: 'Its lower left corner.' }),
    northEast: t.field({ type: GeoPointInput, required: true, description: 'Its upper right corner.' }),
  }),
});

const LocationRef = builder.objectRef<LocationView>('Location').implement({
  description: 'A point of service: a terminal, a cash desk, an office.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    provider: t.field({
      type: ProviderRef,
      description: 'Whose customers it serves.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    name: t.exposeString('name', { description: 'Its name; where it has none, its type.' }),
    type: t.exposeString('type', { description: 'What it is, in the provider’s words.' }),
    group: t.field({
      type: LocationGroupEnum,
      description: 'What it is for.',
      resolve: ({ group }) => group as (typeof LocationGroupEnum)['$inferType'],
    }),
    worktime: t.exposeString('worktime', { nullable: true, description: 'When it is open.' }),
    address: t.exposeString('address', { description: 'Where it is.' }),
    latitude: t.exposeFloat('latitude', { description: 'North of the equator, degrees.' }),
    longitude: t.exposeFloat('longitude', { description: 'East of Greenwich, degrees.' }),
    distanceMeters: t.exposeInt('distanceMeters', {
      nullable: true,
      description: 'How far it is from `near`, as the crow flies; null where nobody asked.',
    }),
  }),
});

const LocationConnection = builder.connectionObject(
  { name: 'LocationConnection', type: LocationRef, description: 'A page of locations.' },
  { name: 'LocationEdge', description: 'A location and its place in the list.' },
);

builder.queryField('locations', (t) =>
  t.field({
    type: LocationConnection,
    description: 'Points of service; those nearest to `near` first, by name otherwise.',
    authScopes: { signedIn: true },
    args: {
      ...forwardArgs,
      near: t.arg({ type: GeoPointInput, description: 'Around this point.' }),
      radiusMeters: t.arg.int({
        description: `So far around it; ${DEFAULT_RADIUS_METERS} metres when left out.`,
      }),
      within: t.arg({ type: GeoBoxInput, description: 'Inside this rectangle.' }),
      group: t.arg({ type: LocationGroupEnum, description: 'For this purpose.' }),
      provider: t.arg({ type: ProviderCodeEnum, description: 'Of this provider.' }),
    },
    complexity: listComplexity,
    resolve: async (_root, { first, after, ...query }, context) => {
      const { deps } = context;
      const catalogues = await catalogueOf(context).all();
      const found = await findLocations(deps, deps.db.prisma, catalogues, withoutNulls(query));
      return pageOfList(found, { first: first ?? null, after: after ?? null }, ({ id }) => id);
    },
  }),
);
