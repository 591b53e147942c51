import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { codegenManifest, codeOf, digest, transports } from '../support/documents.ts';
import { koshel, newDataFolder } from './support.ts';

/** `koshel documents`: from a partner's team through the API, and from the operator on the database. */

const ENCRYPTION_KEY = randomBytes(32).toString('hex');
const gateway = await startTestApp({ env: { ENCRYPTION_KEY } });
const folder = newDataFolder();
const WHO = 'query Who { viewer { kind } }';
const KIND = 'query Kind { viewer { kind scopes } }';

let partnerId: string;
let apiKey: string;
beforeAll(async () => {
  ({ partnerId, apiKey } = await gateway.partner());
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function run(args: string[], env: Record<string, string> = {}) {
  const command = koshel(['documents', ...args], { DATA_DIR: folder, ...env });
  return { code: await command.ended, stdout: command.stdout(), stderr: command.stderr() };
}

const byKey = () => ({ KOSHEL_KEY: apiKey });
const onDatabase = () => ({
  DATABASE_URL: gateway.config.databaseUrl ?? '',
  ENCRYPTION_KEY,
});
const asked = async (text: string) =>
  codeOf((await transports['HTTP POST']?.(gateway.url, apiKey, { documentId: digest(text) })) ?? {});

describe('koshel documents', () => {
  test('publishes, lists and revokes through the API, also for a partner that may run published documents only', async () => {
    await gateway.deps.db.prisma.partner.update({
      where: { id: partnerId },
      data: { documentPolicy: 'PERSISTED_ONLY' },
    });
    const path = file('app.json', codegenManifest(WHO, KIND));
    const url = ['--url', gateway.url];
    expect(await run(['publish', path, '--name', 'app-1', ...url], byKey())).toEqual({
      code: 0,
      stdout: '2 added, 0 unchanged\n',
      stderr: '',
    });
    expect(await asked(WHO)).toBeNull();
    const { stdout } = await run(['list', ...url, '--key', apiKey]);
    expect(stdout).toMatch(/^partner +manifest +operation +cost +last used +revoked +id\n/);
    expect(stdout).toMatch(new RegExp(`${partnerId}  app-1 +Who +2 .+ –  +${digest(WHO)}`));
    expect(await run(['revoke', 'app-1', digest(KIND), ...url], byKey())).toMatchObject({ stdout: '1 revoked\n' });
  });

  test('publishes and revokes on the database', async () => {
    const path = file('app-2.json', codegenManifest(KIND));
    const partner = ['--partner', partnerId];
    expect(await run(['publish', path, '--name', 'app-2', ...partner], onDatabase())).toMatchObject({
      stdout: '1 added, 0 unchanged\n',
    });
    expect(await asked(KIND)).toBeNull();
    expect(await run(['revoke', 'app-2', ...partner], onDatabase())).toMatchObject({ stdout: '1 revoked\n' });
    const { stdout } = await run(['list'], onDatabase());
    expect(stdout).toMatch(new RegExp(`${partnerId}  app-2 .+20\\d\\d-.+${digest(KIND)}`));
  });

  test('says of each document why it is refused', async () => {
    const path = file('bad.json', codegenManifest(WHO, 'query { nobody }'));
    const lines = (stderr: string) => stderr.split('\n');
    for (const [target, env] of [
      [['--url', gateway.url], byKey()],
      [['--partner', partnerId], onDatabase()],
    ] as const) {
      const { code, stderr } = await run(['publish', path, '--name', 'bad', ...target], env);
      expect(code).toBe(1);
      expect(lines(stderr)).toEqual([
        'koshel: nothing was published.',
        expect.stringMatching(/^ {2}manifest [0-9a-f]{64}: Cannot query field "nobody"/),
        '',
      ]);
    }
  });

  test.each([
    [['publish', '/nowhere.json', '--name', 'a', '--key', 'ksh_x'], /^koshel: \/nowhere\.json cannot be read: ENOENT/],
    [['revoke', 'a'], /^koshel: Say --key ksh_… \(or KOSHEL_KEY\)/],
    [
      ['revoke', 'a', '--key', 'ksh_x', '--url', 'http://127.0.0.1:1'],
      /^koshel: http:\/\/127\.0\.0\.1:1 cannot be reached: /,
    ],
  ])('%j is refused in one line', async (args, message) => {
    const { code, stderr } = await run(args);
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([1, 1]);
    expect(stderr).toMatch(message);
  });

  test.each([
    ['<html>a shop</html>', /^koshel: .* is no Koshel gateway: it answered 200, and no JSON \(.*<html>.*\)\.$/],
    ['', /^koshel: .* is no Koshel gateway: it answered 200, and no JSON \(.*end of JSON input\)\.$/],
    ['null', /^koshel: .* is no Koshel gateway: it answered 200 and null\.$/],
  ])('an address where something else answers %j is told with the reason', async (text, message) => {
    const other = createServer((_req, res) => res.end(text));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { code, stderr } = await run(['revoke', 'a', '--url', url, '--key', 'ksh_x']);
    other.close();
    expect([code, stderr.trimEnd()]).toEqual([1, expect.stringMatching(message)]);
  });

  test('a wrong key is refused in the words of the gateway', async () => {
    const { code, stderr } = await run(['revoke', 'a', '--url', gateway.url, '--key', 'ksh_wrong']);
    expect(code).toBe(1);
    expect(stderr).toContain('The API key is unknown or revoked.');
  });
});
