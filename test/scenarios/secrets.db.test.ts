import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { openShop } from '../support/builders.ts';
import { linkQiwi, startQiwi } from '../support/qiwi.ts';
import { secretsInClear } from '../support/secrets.ts';

/** The search for secrets that ends every file with a gateway (test/support/app.ts) finds what it is there to find. */

const gateway = await startTestApp({ patience: { limits: { breakAfter: 1_000 } } });
const shop = await openShop(gateway);
const qiwi = await startQiwi(gateway, shop.id);
const { prisma, pool } = gateway.deps.db;
const found = () => secretsInClear({ logged: gateway.logged, pool });

test('A token that went to a provider, a card number, a code and a passport are found in the log, in text, JSON and bytes.', async () => {
  const owner = qiwi.wallet();
  const walletId = await linkQiwi(shop.call, qiwi, owner);
  await shop.customer({ person: { firstName: 'Anna', lastName: 'Belova', passport: '4511654321' } });
  expect(await found()).toEqual([]);

  gateway.logged.push(JSON.stringify({ msg: `sent with ${owner.token}` }));
  expect(await found()).toEqual([`${owner.token} in the log`]);
  gateway.logged.pop();

  gateway.logged.push('{"answer":"{\\"cvv\\":\\"123\\"}"}', '{"cvv":"***","pan":null}');
  expect(await found()).toEqual([expect.stringMatching(/cvv.*123.* in the log/)]);
  gateway.logged.splice(-2);

  const where = { id: walletId };
  for (const [text, told] of [
    ['paid by 4111111111111111', 'the card number 4111111111111111'],
    ['of 4511654321', '4511654321'],
  ] as const) {
    await prisma.wallet.update({ where, data: { closeReason: text } });
    expect(await found()).toEqual([`${told} in public.wallet`]);
  }
  await prisma.wallet.update({ where, data: { closeReason: null } });

  await pool.query('CREATE TABLE found_in (id uuid, bytes bytea, inner_text jsonb)');
  await pool.query('INSERT INTO found_in VALUES ($1, $2, $3)', [
    randomUUID(),
    Buffer.from(owner.token),
    JSON.stringify({ body: '{"password":"short"}' }),
  ]);
  expect(await found()).toEqual([
    `${owner.token} in public.found_in`,
    expect.stringMatching(/password.*short.* in public.found_in/),
  ]);
  await pool.query('DROP TABLE found_in');
  expect(await found()).toEqual([]);
});
