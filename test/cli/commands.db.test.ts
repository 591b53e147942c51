import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, dropTestDatabase } from '../support/db.ts';
import { koshel, newDataFolder } from './support.ts';

const folder = newDataFolder();
let environment: Record<string, string>;

beforeAll(async () => {
  environment = { DATA_DIR: folder, DATABASE_URL: await createTestDatabase() };
});
afterAll(async () => {
  await dropTestDatabase(environment['DATABASE_URL'] ?? '');
  rmSync(folder, { recursive: true, force: true });
});

async function run(args: string[], env: Record<string, string> = environment) {
  const command = koshel(args, env);
  const code = await command.ended;
  return { code, stdout: command.stdout(), stderr: command.stderr() };
}

describe('koshel', () => {
  test('explains itself', async () => {
    const { code, stdout } = await run(['--help'], {});
    expect(code).toBe(0);
    for (const name of ['start', 'migrate', 'seed', 'partner', 'key', 'keys', 'ledger', 'sandbox', 'Examples:']) {
      expect(stdout).toContain(name);
    }
  });

  test.each([
    [['strat'], /unknown command 'strat'/],
    [['key', 'create', 'par_x', '--name', 'a'], /--scopes/],
    [['partner', 'create'], /missing required argument 'name'/],
  ])('%j is a usage error: exit code 2, one line and a hint', async (args, message) => {
    const { code, stderr } = await run(args, {});
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('koshel --help explains');
  });

  test('migrates, makes a partner and a key', async () => {
    expect(await run(['migrate'])).toMatchObject({ code: 0, stdout: 'The database is up to date.\n' });
    const partner = await run(['partner', 'create', 'Shop']);
    const id = partner.stdout.split('\n')[0] ?? '';
    const key = await run(['key', 'create', id, '--name', 'shop', '--scopes', 'wallets:read,PAYMENTS_WRITE']);
    expect(key).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^ksh_[\w-]{43}\n$/) });
  });

  test.each([
    [['partner', 'create', ' '], 'koshel: input.name: must have 1 to 200 characters.'],
    [['key', 'create', 'par_x', '--name', 'a', '--scopes', 'all'], 'koshel: The partner was not found.'],
  ])('%j is refused in one line', async (args, message) => {
    expect(await run(args)).toEqual({ code: 1, stdout: '', stderr: `${message}\n` });
  });

  test('an unknown scope is refused with the list of scopes', async () => {
    const { code, stderr } = await run(['key', 'create', 'par_x', '--name', 'a', '--scopes', 'wallets:eat']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/WALLETS_EAT is no scope\. Scopes: .*WALLETS_READ/);
  });

  test('names each variable that cannot be used', async () => {
    const { code, stderr } = await run(['start'], { PORT: 'abc', DATABASE_URL: 'mysql://x', LOG_LEVEL: 'loud' });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^koshel: The environment cannot be used:\n {2}PORT: .+\n {2}DATABASE_URL: .+\n {2}LOG_LEVEL: .+\n$/,
    );
  });

  test('says where a database cannot be reached', async () => {
    const { code, stderr } = await run(['migrate'], {
      ...environment,
      DATABASE_URL: 'postgres://user:secret@127.0.0.1:1/none',
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^koshel: PostgreSQL at 127\.0\.0\.1:1\/none cannot be used: .+ Check DATABASE_URL\.\n$/);
    expect(stderr).not.toContain('secret');
  });
});
