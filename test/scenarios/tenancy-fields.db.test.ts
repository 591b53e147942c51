import type { GraphQLObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { encodeCursor } from '../../src/events/log.ts';
import { schema } from '../../src/graphql/schema.ts';
import { present } from '../../src/lib/assert.ts';
import { idPrefixes } from '../../src/lib/ids.ts';
import { take } from '../support/app.ts';
import { fieldPlaces, type IdPlace, idPlaces, operationAt, selectionOf } from '../support/schema-walk.ts';
import {
  bare,
  idsIn,
  leaks,
  missing,
  openTenancy,
  PATIENT,
  prefixOf,
  readerNames,
  valuesOf,
} from '../support/tenancy.ts';

/** What is somebody else's is in no field and in no subscription that another partner or another customer can read. */

const tenancy = await openTenancy();
const { gateway, shop, theirs, readers } = tenancy;
const { places } = idPlaces(schema);

describe.each(readerNames)('%s', PATIENT, (_name, index) => {
  test('hears nothing of it by subscription.', async () => {
    const reader = present(readers[index], 'a reader');
    const client = gateway.ws(reader.token);
    const first = async (place: IdPlace, id: string) => {
      const { document: query, variables } = operationAt(schema, place, id, valuesOf(reader));
      const said = await take(client.iterate({ query, variables }), 1).catch((error: unknown) => error);
      return bare(said, id);
    };
    const ofOne = places.filter(({ root, path }) => root === 'subscription' && path[0] === 'id');
    expect(ofOne.map(({ field }) => field)).toEqual(expect.arrayContaining(['paymentUpdated', 'walletUpdated']));
    for (const place of ofOne) {
      const none = await first(place, missing(place.kind));
      expect(none).toContain('there is no such');
      for (const id of theirs.get(idPrefixes[place.kind]) ?? []) expect(await first(place, id)).toBe(none);
    }

    // the log from its beginning: as many events as the reader has, and none of them knows of it
    const selection = selectionOf(
      schema,
      present(schema.getType('Event') as GraphQLObjectType | undefined, 'the type of an event'),
    );
    const beginning = { after: encodeCursor(0n) };
    const own = await gateway.query<{ events: { events: object[] } }>(
      reader.token,
      `query ($after: Cursor!) { events(after: $after, first: 100) { events ${selection} } }`,
      beginning,
    );
    const count = own.data?.events.events.length ?? 0;
    expect(count).toBeGreaterThan(0);
    const query = `subscription ($after: Cursor) { events(after: $after) ${selection} }`;
    const heard = await take(client.iterate({ query, variables: beginning }), count);
    expect(leaks(tenancy, reader, JSON.stringify([own, heard]))).toEqual([]);
  });

  test('meets nothing of it in any field of the schema.', async () => {
    const reader = present(readers[index], 'a reader');
    const found = [];
    for (const { type, field, document } of fieldPlaces(schema)) {
      const answer = JSON.stringify(await gateway.query(reader.token, document));
      found.push(...leaks(tenancy, reader, answer).map((leak) => `${type}.${field}: ${leak}`));
    }
    expect(found).toEqual([]);
  });
});

test('Its owner meets it in many of these fields.', PATIENT, async () => {
  const every = fieldPlaces(schema);
  expect(every.length).toBeGreaterThan(500);
  const telling = [];
  for (const { document } of every) {
    const answer = JSON.stringify(await gateway.query(shop.apiKey, document));
    if (idsIn(answer).some((id) => theirs.get(prefixOf(id))?.includes(id))) telling.push(document);
  }
  process.stdout.write(`tenancy: ${every.length} fields, ${telling.length} tell their owner of an own id\n`);
  expect(telling.length).toBeGreaterThan(40);
});
