import { rmSync } from 'node:fs';
import { print } from 'graphql';
import { afterAll, expect, test } from 'vitest';
import {
  CreateTopUpDocument,
  CreateTransferDocument,
  OpenWalletDocument,
  SettleTopUpDocument,
  WalletBalanceDocument,
} from '../../schema/operations.ts';
import { type Command, koshel, newDataFolder } from './support.ts';

/** A gateway that is killed while it carries out transfers for many at once. */

const folder = newDataFolder();
const running = new Set<Command>();
const environment = {
  DATA_DIR: folder,
  PORT: '0',
  SANDBOX: 'off',
  RATE_LIMIT: '1000000',
  RATE_LIMIT_ADDRESS: '1000000',
};

async function start(): Promise<{ gateway: Command; url: string }> {
  const gateway = koshel(['start'], environment);
  running.add(gateway);
  void gateway.ended.then(() => running.delete(gateway));
  const [, url = ''] = await gateway.printed(/GraphQL\s+(http:\S+\/graphql)/);
  return { gateway, url };
}

async function run(...args: string[]): Promise<string> {
  const command = koshel(args, environment);
  expect({ code: await command.ended, stderr: command.stderr() }).toMatchObject({ code: 0 });
  return command.stdout().trim();
}

afterAll(async () => {
  for (const { child, ended } of [...running]) {
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** The one member of an answer. */
interface Member {
  __typename: string;
  replayed: boolean;
  payment: { id: string; status: string };
  wallet: { id: string };
  balance: { available: { amount: string } };
}

const caller =
  (url: string, apiKey: string) =>
  async (document: Parameters<typeof print>[0], variables: object): Promise<Member> => {
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` };
    const body = JSON.stringify({ query: print(document), variables });
    const { data, errors } = (await (await fetch(url, { method: 'POST', headers, body })).json()) as {
      data: Record<string, Member>;
      errors?: unknown;
    };
    const [member] = Object.values(data ?? {});
    if (errors || !member) throw new Error(JSON.stringify(errors));
    return member;
  };
type Call = ReturnType<typeof caller>;

async function richWallet(call: Call, name: string): Promise<string> {
  const opened = await call(OpenWalletDocument, { input: { idempotencyKey: name, identification: 'FULL' } });
  const input = {
    walletId: opened.wallet.id,
    amount: { amount: '1000', currency: 'RUB' },
    method: 'CASH',
    confirm: true,
  };
  const { payment } = await call(CreateTopUpDocument, { input: { idempotencyKey: name, ...input } });
  await call(SettleTopUpDocument, { input: { idempotencyKey: name, paymentId: payment.id, reference: name } });
  return opened.wallet.id;
}

test('kill -9 in the middle of groups: what was answered stands, and its keys and those of the rest complete each transfer once.', async () => {
  const first = await start();
  const partnerId = (await run('partner', 'create', 'Shop')).split('\n')[0] ?? '';
  const apiKey = await run('key', 'create', partnerId, '--name', 'server', '--scopes', 'all');
  const call = caller(first.url, apiKey);
  const wallets = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => richWallet(call, name)));
  const transfer = (by: Call, key: number) => {
    const [fromWalletId, walletId] = [wallets[key % 6], wallets[(key + 1 + (key % 5)) % 6]];
    const input = {
      idempotencyKey: `t${key}`,
      fromWalletId,
      to: { walletId },
      amount: { amount: '1', currency: 'RUB' },
    };
    return by(CreateTransferDocument, { input: { ...input, confirm: true } });
  };
  const answered = new Map<number, string>();
  const unanswered: number[] = [];
  let last = 0;
  const worker = async () => {
    while (unanswered.length === 0) {
      last += 1;
      const key = last;
      const answer = await transfer(call, key).catch(() => null);
      if (answer === null) unanswered.push(key);
      else answered.set(key, answer.payment.id);
      if (answered.size === 120) first.gateway.child.kill('SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: 40 }, worker));
  expect(await first.gateway.ended).toBe('SIGKILL');
  expect(unanswered.length).toBeGreaterThan(0);

  const second = await start();
  const again = caller(second.url, apiKey);
  for (const key of answered.keys()) {
    expect(await transfer(again, key)).toMatchObject({ replayed: true, payment: { id: answered.get(key) } });
  }
  const repeated = await Promise.all(unanswered.map((key) => transfer(again, key)));
  expect(new Set(repeated.map(({ payment }) => payment.status))).toEqual(new Set(['COMPLETED']));
  const moved = new Map(wallets.map((id) => [id, 1000]));
  for (const key of [...answered.keys(), ...unanswered]) {
    const [from = '', to = ''] = [wallets[key % 6], wallets[(key + 1 + (key % 5)) % 6]];
    moved.set(from, (moved.get(from) ?? 0) - 1).set(to, (moved.get(to) ?? 0) + 1);
  }
  for (const [id, amount] of moved) {
    expect((await again(WalletBalanceDocument, { id })).balance.available.amount).toBe(amount.toFixed(2));
  }
  await run('ledger', 'verify');
}, 180_000);
