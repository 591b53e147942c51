import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { openDatabase } from '../../../src/db/client.ts';
import { Scope } from '../../../src/db/generated/enums.ts';
import { authenticate } from '../../../src/domain/access/authenticate.ts';
import { createApiKey } from '../../../src/domain/access/create-api-key.ts';
import { createPartner } from '../../../src/domain/access/create-partner.ts';
import { CALLER_KEPT_MS } from '../../../src/domain/access/known-callers.ts';
import { revokeApiKey } from '../../../src/domain/access/revoke-api-key.ts';
import { UnauthenticatedError } from '../../../src/domain/access/viewer.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { testDatabase } from '../../support/db.ts';
import { countStatements } from '../../support/statements.ts';

/** What a gateway remembers of its callers, and for how long. */

const db = await testDatabase();
/** Another gateway on the same database. */
const elsewhere = await openDatabase(db.url, 2);
afterAll(() => elsewhere.close());

const config = { adminKey: '', tokenSecret: randomBytes(32).toString('hex') } as never;
const here = { config, db, clock: systemClock };
const there = { config, db: elsewhere, clock: systemClock };

async function newKey() {
  const { id: partnerId } = await createPartner(here, { name: 'Remembered' });
  const scopes = [Scope.WALLETS_READ, Scope.PAYMENTS_READ];
  const { apiKey, secret } = await createApiKey(here, { partnerId, name: 'key', scopes });
  return { partnerId, id: apiKey.id, secret, scopes };
}

test('A key is read once for the requests of half a second, with its partner and its scopes.', async () => {
  const { partnerId, id, secret, scopes } = await newKey();
  const statements = countStatements(db.pool);
  const viewers = await Promise.all(Array.from({ length: 10 }, () => authenticate(here, secret)));
  expect(viewers[0]).toEqual({ kind: 'PARTNER', partnerId, apiKeyId: id, scopes: new Set(scopes) });
  // one reads it, one notes that it was used
  const first = statements();
  expect(first).toBeLessThanOrEqual(2);
  const began = performance.now();
  for (let index = 0; index < 20; index += 1) await authenticate(here, secret);
  const moments = Math.ceil((performance.now() - began) / CALLER_KEPT_MS);
  expect(statements() - first).toBeLessThanOrEqual(moments);
});

test('Its use is noted, once.', async () => {
  const { id, secret } = await newKey();
  await authenticate(here, secret);
  const used = await db.prisma.apiKey.findUniqueOrThrow({ where: { id } });
  expect(used.lastUsedAt).toBeInstanceOf(Date);
  await authenticate(there, secret);
  expect(await db.prisma.apiKey.findUniqueOrThrow({ where: { id } })).toEqual(used);
});

test('A key that is revoked here is refused at once, and elsewhere within half a second.', async () => {
  const { partnerId, id, secret } = await newKey();
  await authenticate(here, secret);
  await authenticate(there, secret);
  await revokeApiKey(here, partnerId, id);
  const revokedAt = performance.now();
  await expect(authenticate(here, secret)).rejects.toThrow(UnauthenticatedError);
  const refused = async () => {
    await expect(authenticate(there, secret)).rejects.toThrow(UnauthenticatedError);
  };
  await expect
    .poll(
      () =>
        refused().then(
          () => true,
          () => false,
        ),
      { timeout: 5_000, interval: 20 },
    )
    .toBe(true);
  expect(performance.now() - revokedAt).toBeLessThan(CALLER_KEPT_MS + 1_000);
});

test('What is unknown is not remembered: a key works as soon as it is there.', async () => {
  const { partnerId } = await newKey();
  const secret = `ksh_${randomBytes(32).toString('base64url')}`;
  await expect(authenticate(here, secret)).rejects.toThrow(UnauthenticatedError);
  const { secret: good } = await createApiKey(here, { partnerId, name: 'second', scopes: [Scope.WALLETS_READ] });
  await expect(authenticate(here, good)).resolves.toMatchObject({ partnerId });
});
