import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Command, koshel, newDataFolder } from './support.ts';

const folder = newDataFolder();
const running = new Set<Command>();
const environment = { DATA_DIR: folder, PORT: '0', SANDBOX: 'off', DATABASE_POOL: '4' };

/** `koshel start` and the URL it printed. */
async function start(env: Record<string, string> = environment): Promise<{ gateway: Command; url: string }> {
  const gateway = koshel(['start'], env);
  running.add(gateway);
  void gateway.ended.then(() => running.delete(gateway));
  const [, url = ''] = await gateway.printed(/GraphQL\s+(http:\S+)\/graphql/);
  return { gateway, url };
}

async function run(args: string[], env: Record<string, string> = environment) {
  const command = koshel(args, env);
  const code = await command.ended;
  return { code, stdout: command.stdout(), stderr: command.stderr() };
}

async function whoIs(url: string, apiKey: string): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ query: '{ viewer { kind partner { name } } }' }),
  });
  return response.json();
}

const postmaster = () => join(folder, 'postgres', 'postmaster.pid');

afterAll(async () => {
  for (const { child, ended } of [...running]) {
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

describe('koshel start on an empty folder', { timeout: 180_000 }, () => {
  const shop = { data: { viewer: { kind: 'PARTNER', partner: { name: 'Shop' } } } };
  let apiKey = '';

  test('keeps its data through kill -9, a second start and an orderly stop', async () => {
    const first = await start();
    const partner = await run(['partner', 'create', 'Shop']);
    const partnerId = partner.stdout.split('\n')[0] ?? '';
    expect(partnerId).toMatch(/^par_/);
    const key = await run(['key', 'create', partnerId, '--name', 'server', '--scopes', 'all']);
    apiKey = key.stdout.trim();
    expect(apiKey).toMatch(/^ksh_/);
    expect(await whoIs(first.url, apiKey)).toEqual(shop);

    first.gateway.child.kill('SIGKILL');
    expect(await first.gateway.ended).toBe('SIGKILL');
    expect(existsSync(postmaster())).toBe(true);

    const second = await start();
    expect(second.gateway.stdout()).toContain('joined the PostgreSQL that a killed gateway left running');
    expect(await whoIs(second.url, apiKey)).toEqual(shop);
    second.gateway.child.kill('SIGTERM');
    expect(await second.gateway.ended).toBe(0);
    expect(existsSync(postmaster())).toBe(false);
    expect(existsSync(join(folder, 'gateway.pid'))).toBe(false);
  });

  test('refuses a second gateway on the folder, naming the first', async () => {
    const { gateway, url } = await start();
    const second = await run(['start']);
    expect(second).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`in use by another gateway (process ${gateway.child.pid})`),
    });
    expect(second.stderr).toContain('Stop that one');
    expect(second.stderr.trim().split('\n')).toHaveLength(1);
    expect(await whoIs(url, apiKey)).toEqual(shop);

    const port = new URL(url).port;
    const other = newDataFolder();
    const taken = await run(['start'], { ...environment, DATA_DIR: other, PORT: port });
    expect(taken).toMatchObject({ code: 1, stderr: expect.stringContaining(`Port ${port} on 127.0.0.1 is taken`) });
    // what was started before is stopped again
    expect(existsSync(join(other, 'postgres', 'postmaster.pid'))).toBe(false);
    expect(existsSync(join(other, 'gateway.pid'))).toBe(false);
    rmSync(other, { recursive: true, force: true });

    gateway.child.kill('SIGINT');
    expect(await gateway.ended).toBe(0);
  });

  test('takes over a folder whose lock names a process that is something else by now', async () => {
    const { gateway } = await start();
    const mine = readFileSync(join(folder, 'gateway.pid'), 'utf8');
    expect(mine).toMatch(new RegExp(`^${gateway.child.pid} `));
    gateway.child.kill('SIGKILL');
    await gateway.ended;
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(folder, 'gateway.pid'), `${process.pid} 1\n`);
    const again = await start();
    again.gateway.child.kill('SIGTERM');
    expect(await again.gateway.ended).toBe(0);
  });

  test('works alone, too: a command on a stopped folder starts and stops the database', async () => {
    const { stdout, code } = await run(['migrate']);
    expect({ stdout, code }).toEqual({ stdout: 'The database is up to date.\n', code: 0 });
    expect(existsSync(postmaster())).toBe(false);
  });
});
