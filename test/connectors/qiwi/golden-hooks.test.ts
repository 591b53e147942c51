import { describe, expect, it } from 'vitest';
import { answerOf, empty } from './golden.ts';
import { bench, goldenTests, openFor, play, stub, value } from './golden-play.ts';

goldenTests();

const id = 'd63a8729-f5c8-486f-907d-9fb8758afcfc';
const hook = { reference: id, url: 'http://example.com/callbacks/', directions: ['IN', 'OUT'] };
const input = { url: hook.url, directions: ['OUT', 'IN'] as const };

describe('webhooks', () => {
  it('HOK-1 registers one', async () => {
    expect(value(await play('HOK-1', (c, call) => c.webhooks?.hooks?.register(call, input)))).toEqual(hook);
  });
  it.each([
    ['IN', '0'],
    ['OUT', '1'],
  ] as const)('HOK-1 for %s only', async (direction, txnType) => {
    const answers = [answerOf('HOK-1', { replace: [['"BOTH"', `"${direction}"`]] })];
    const one = { url: hook.url, directions: [direction] };
    const got = await play('HOK-1', (c, call) => c.webhooks?.hooks?.register(call, one), { request: null, answers });
    expect(value(got)).toEqual({ ...hook, directions: [direction] });
    expect(new URL(stub.seen[0]?.url ?? '', 'http://x').searchParams.get('txnType')).toBe(txnType);
  });
  it('HOK-1 is not sent with an address that is too long (trap T44)', async () => {
    openFor('79115221133', 'Bearer key');
    stub.play(answerOf('HOK-1'));
    const long = { ...input, url: `https://example.com/${'a'.repeat(81)}` };
    expect(await bench.connector.webhooks?.hooks?.register(bench.call, long)).toMatchObject({
      kind: 'rejected',
      refusal: { errorCode: 'INVALID_INPUT', remedy: 'CHANGE_INPUT', httpStatus: null },
    });
    expect(stub.seen).toEqual([]);
    const fits = { ...input, url: `https://example.com/${'я'.repeat(80)}` };
    stub.play(answerOf('HOK-1', { replace: [[hook.url, fits.url]] }));
    expect(await bench.connector.webhooks?.hooks?.register(bench.call, fits)).toMatchObject({ kind: 'accepted' });
  });
  it('HOK-1 is refused while another is active', async () => {
    const run = play('HOK-1', (c, call) => c.webhooks?.hooks?.register(call, input), { answers: [empty(422)] });
    expect(await run).toMatchObject({ kind: 'rejected', refusal: { httpStatus: 422, remedy: 'CHANGE_INPUT' } });
  });
  it('HOK-2 removes one, also when it was gone', async () => {
    expect(value(await play('HOK-2', (c, call) => c.webhooks?.hooks?.remove(call, id)))).toBeNull();
    stub.play(empty(404));
    expect(value(await bench.connector.webhooks?.hooks?.remove(bench.call, id))).toBeNull();
  });
  it('HOK-3 and HOK-4 tell the key, which is kept nowhere', async () => {
    const old = 'L8UVF3JkLVUr6r70LiE0A9/5WoGGwWKG2pI/e+l/9fs=';
    const fresh = 'OikS4/CcIbSf+yYGnLbnOige8RGoYmGxs/LNMwkJy7Q=';
    const answers = (example: string) => ({ answers: [answerOf(example, { status: 201 })] });
    expect(await play('HOK-3', (c, call) => c.webhooks?.hooks?.key(call, id), answers('HOK-3'))).toBe(old);
    expect(JSON.stringify(bench.exchanges) + bench.log).not.toContain(old);
    await bench.close();
    const rotated = await play('HOK-4', (c, call) => c.webhooks?.hooks?.rotateKey(call, id), answers('HOK-4'));
    expect(value(rotated)).toBe(fresh);
    expect(JSON.stringify(bench.exchanges) + bench.log).not.toContain(fresh);
  });
  it('HOK-5 tells the active one, or that there is none', async () => {
    expect(await play('HOK-5', (c, call) => c.webhooks?.hooks?.active(call))).toEqual(hook);
    stub.play(empty(404));
    expect(await bench.connector.webhooks?.hooks?.active(bench.call)).toBeNull();
  });
  it('HOK-6 sends a test, once', async () => {
    expect(value(await play('HOK-6', (c, call) => c.webhooks?.hooks?.test(call)))).toBeNull();
    stub.play(empty(502), answerOf('HOK-6'));
    expect(await bench.connector.webhooks?.hooks?.test(bench.call)).toMatchObject({ kind: 'unknown' });
    expect(stub.seen.length).toBe(1);
  });
});
