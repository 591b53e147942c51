import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mbank } from '../../../src/connectors/mbank/index.ts';
import { type Bench, openBench } from '../kit.ts';
import { type Stub, startStub } from '../stub.ts';
import { answerOf, golden, PASSWORD } from './golden.ts';

let stub: Stub;
let bench: Bench;
beforeAll(async () => {
  stub = await startStub();
});
afterEach(() => bench?.close());
afterAll(() => stub.close());

/** The third invoice of G-47, whose payment is the one of G-51, asked about by its payer. */
const PAYER = '+12345675578';
const query = { reference: '5422dd02b7f47b52010041a9', since: new Date('2014-09-25T14:26:40.000Z') };
const untaken = '"status": null, "payment_id": null';
const inbox = (state: string) => answerOf('G-47', [untaken, state]);
const PROCESSING = inbox('"status": "processing", "payment_id": null');

type Transfer = Record<string, unknown>;
const made = JSON.parse(golden('G-51').answer ?? '').data.data as Transfer;
const history = (...data: Transfer[]) => ({ status: 200, body: JSON.stringify({ meta: { code: 200 }, data }) });
const ask = (...answers: Parameters<Stub['play']>) => {
  bench = openBench({ definition: mbank, settings: { baseUrl: stub.url, phone: PAYER, password: PASSWORD } });
  stub.play(...answers);
  return bench.connector.invoices?.paymentsOf?.(bench.call, query);
};
const found = [{ reference: '1401089242256', status: 'CREATED', nextAction: { kind: 'CONFIRM' } }];

describe('what a lost answer to invoices.pay has made', () => {
  it('is looked for among the transfers of the payer, unpaid ones included (T-28)', async () => {
    expect(await ask(PROCESSING, history(made))).toMatchObject(found);
    expect(stub.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/invoices',
      'GET /v1/payments?page=0&size=35&type=p2p&status=created,processing,completed,declined',
    ]);
  });

  it.each<[string, Transfer]>([
    ['to somebody else', { destination: { phone: '+12345678103' } }],
    ['to nobody who is named', { destination: null }],
    ['of another amount', { amount: 300.01 }],
    ['with another text', { message: 'Something else' }],
    ['older than our call', { created_at: '2014-09-25T14:26:39.999Z' }],
    ['that came in', { direction: 'in' }],
    ['that is done, while the invoice is not', { status: 'completed' }],
    ['that was refused', { status: 'declined' }],
    ['in a status that is in no table', { status: 'frozen' }],
  ])('is no transfer %s', async (_title, other) => {
    expect(await ask(PROCESSING, history({ ...made, id: 1, ...other }, made))).toMatchObject(found);
    expect(await ask(PROCESSING, history({ ...made, ...other }))).toEqual([]);
  });

  it('may be a transfer without a text, or one that is being executed', async () => {
    expect(await ask(PROCESSING, history({ ...made, message: null }))).toMatchObject(found);
    expect(await ask(PROCESSING, history({ ...made, status: 'processing' }))).toMatchObject([{ status: 'PROCESSING' }]);
  });

  it('may be several', async () => {
    expect(await ask(PROCESSING, history(made, { ...made, id: 1 }))).toHaveLength(2);
  });

  it('is looked for on later pages, until they are older than our call', async () => {
    const page = (created_at: string) =>
      history(...Array.from({ length: 35 }, () => ({ ...made, id: 1, amount: 1, created_at })));
    const after = page('2014-09-25T14:27:00.000Z');
    expect(await ask(PROCESSING, after, history(made))).toMatchObject(found);
    expect(stub.seen.map(({ url }) => new URL(url, stub.url).searchParams.get('page'))).toEqual([null, '0', '1']);
    expect(await ask(PROCESSING, page('2014-09-25T14:00:00.000Z'))).toEqual([]);
    expect(stub.seen).toHaveLength(2);
    await expect(ask(PROCESSING, after)).rejects.toMatchObject({ why: 'UNREADABLE' });
  });

  it('is named by the invoice once that is completed', async () => {
    const completed = inbox('"status": "completed", "payment_id": 1401089242256');
    const read = { status: 200, body: JSON.stringify({ meta: { code: 200 }, data: { ...made, status: 'completed' } }) };
    expect(await ask(completed, read)).toMatchObject([{ reference: '1401089242256', status: 'COMPLETED' }]);
    expect(stub.seen[1]?.url).toBe('/v1/payments/1401089242256');
  });

  it.each(['null', '"created"', '"canceled"', '"declined"'])('is nothing when the invoice is %s', async (status) => {
    expect(await ask(inbox(`"status": ${status}, "payment_id": null`))).toBeNull();
    expect(stub.seen).toHaveLength(1);
  });

  it('is not known when the invoice is not listed, its status is in no table, or nothing can be read', async () => {
    await expect(ask(answerOf('G-47', [query.reference, 'another']))).rejects.toMatchObject({ why: 'MISSING_FIELD' });
    await expect(ask(inbox('"status": "frozen", "payment_id": null'))).rejects.toMatchObject({
      why: 'UNMAPPED_STATUS',
    });
    await expect(ask(PROCESSING, { status: 500, body: '' })).rejects.toMatchObject({ why: 'SERVER_ERROR' });
  });
});
