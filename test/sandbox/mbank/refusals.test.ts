import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { anonymous, Bench, basic, me, other, otherPhone, out, phone, type Reply } from './support.ts';

/** Section 4: every code that the client API documents can be met, with its status and envelope. */

const bench = new Bench();
const post = (path: string, body: unknown, auth?: string) =>
  bench.call('POST', path, { body, ...(auth === undefined ? {} : { auth }) });
const fresh = '+79165550000';
const payment = (fields: Record<string, unknown>) => bench.create({ ...out, ...fields });
const p2p = (fields: Record<string, unknown>, auth = me) =>
  bench.create({ type: 'p2p', amount: 10, destination: otherPhone, ...fields }, auth);
const person = (fields: object) =>
  post('wallet/person', { family_name: 'А', given_name: 'Б', passport_series_number: '1234567890', ...fields }, other);

async function tryCodes(times: number, correct = false): Promise<Reply> {
  await post('wallet', { phone: fresh, password: 'password' });
  const { activation } = bench.act('wallet.code', { phone: fresh }) as { activation: string };
  const wrong = activation === '000000' ? '000001' : '000000';
  let reply = await post('wallet/activate', { phone: fresh, code: wrong });
  for (let n = 1; n < times; n += 1) reply = await post('wallet/activate', { phone: fresh, code: wrong });
  return correct ? post('wallet/activate', { phone: fresh, code: activation }) : reply;
}

async function resend(times: number): Promise<Reply> {
  let reply = await post('wallet', { phone: fresh, password: 'password' });
  for (let n = 0; n < times; n += 1) reply = await post('wallet/resend_code', { phone: fresh });
  return reply;
}

async function invoice(): Promise<string> {
  await post('invoices', { payer: phone, amount: 50 }, other);
  return (await bench.get('invoices', me)).json.data.at(-1)._id;
}

async function paidInvoice(outcome?: 'complete' | 'decline'): Promise<string> {
  const id = await invoice();
  const { json } = await post(`invoices/${id}/pay`, undefined, me);
  if (outcome !== undefined) bench.act('outcome', { outcome });
  if (outcome !== undefined) await bench.pay(json.data.data.id);
  return id;
}

const cancel = async (id: string) => bench.get(`invoices/${id}/cancel`, other);
const payInvoice = async (id: string) => post(`invoices/${id}/pay`, undefined, me);
const limit = (fields: object) => bench.act('wallet.limits', { phone, ...fields });
const nobody = '0123456789abcdef01234567';

async function fullOfCards(): Promise<void> {
  limit({ cards: 1 });
  await bench.storedCard();
}

async function multistep(): Promise<number> {
  const { json } = await bench.create({ type: 'out', amount: 100, service: 61, parameters: { BIK: '044583151' } });
  return json.data.id;
}

async function canceledInvoice(): Promise<string> {
  const id = await invoice();
  await cancel(id);
  return id;
}

const after = async (prepare: () => unknown, call: () => Promise<Reply>): Promise<Reply> => {
  await prepare();
  return call();
};

const cases: [code: string, status: number, provoke: () => Promise<Reply>][] = [
  ['wallet_not_found', 404, () => post('wallet/activate', { phone: fresh, code: '123456' })],
  [
    'wallet_not_active',
    401,
    () =>
      after(
        () => post('wallet', { phone: fresh, password: 'password' }),
        () => bench.get('wallet', basic(fresh, 'password')),
      ),
  ],
  [
    'wallet_not_active',
    422,
    () =>
      after(
        () => post('wallet', { phone: fresh, password: 'password' }),
        () => post('wallet', { phone: fresh, password: 'password' }),
      ),
  ],
  [
    'wallet_disabled',
    401,
    () =>
      after(
        () => bench.act('wallet.lock', { phone, message: 'why' }),
        () => bench.get('wallet'),
      ),
  ],
  [
    'reset_password',
    401,
    () =>
      after(
        () => bench.act('wallet.force_password', { phone }),
        () => bench.get('wallet'),
      ),
  ],
  [
    'insufficient_scope',
    403,
    async () => bench.get('wallet/person', await bench.token('mbank', 'secret', { scope: 'cards.read' })),
  ],
  ['missing_phone', 422, () => post('wallet', { password: 'password' })],
  ['invalid_phone', 422, () => post('wallet', { phone: '89261111111', password: 'password' })],
  ['missing_password', 422, () => post('wallet', { phone: fresh })],
  ['invalid_password', 422, () => post('wallet', { phone: fresh, password: '12345' })],
  ['phone_already_exists', 422, () => post('wallet', { phone, password: 'password' })],
  [
    'missing_code',
    422,
    () =>
      after(
        () => post('wallet', { phone: fresh, password: 'password' }),
        () => post('wallet/activate', { phone: fresh }),
      ),
  ],
  ['invalid_code', 422, () => tryCodes(5)],
  ['failure_limit_exceeded', 422, () => tryCodes(6)],
  ['failure_limit_exceeded', 422, () => tryCodes(6, true)],
  ['resend_limit_exceeded', 422, () => resend(5)],
  ['already_active', 422, () => post('wallet/resend_code', { phone })],
  ['invalid_family_name', 422, () => person({ family_name: 'x'.repeat(513) })],
  ['invalid_given_name', 422, () => person({ given_name: undefined })],
  ['invalid_patronymic_name', 422, () => person({ patronymic_name: 'x'.repeat(513) })],
  ['invalid_passport_series_number', 422, () => person({ passport_series_number: '12' })],
  ['invalid_itn', 422, () => person({ itn: '1' })],
  ['invalid_ssn', 422, () => person({ ssn: '1' })],
  ['duplicate_person', 422, () => person({ passport_series_number: '2202655885' })],
  ['person_already_verified', 422, () => post('wallet/person', {}, me)],
  ['missing_type', 422, () => payment({ type: undefined })],
  ['missing_client_payment_id', 422, () => payment({ client_payment_id: undefined })],
  ['invalid_client_payment_id', 422, () => payment({ client_payment_id: randomUUID().toUpperCase() })],
  ['missing_amount', 422, () => p2p({ amount: undefined, amont: 10 })],
  ['invalid_amount', 422, () => payment({ amount: '100' })],
  ['invalid_amount', 422, () => payment({ amount: 1.001 })],
  ['invalid_amount', 422, () => payment({ amount: 15_000.01 })],
  ['invalid_amount', 422, () => p2p({ amount: 0 })],
  ['invalid_amount', 422, () => p2p({ amount: -1 })],
  ['missing_service', 422, () => payment({ service: undefined })],
  ['service_not_found', 422, () => payment({ service: 5 })],
  ['service_not_found', 422, () => payment({ service: '834' })],
  [
    'service_not_found',
    422,
    () =>
      after(
        () => bench.act('services.status', { id: 834, online: false }),
        () => payment({}),
      ),
  ],
  ['missing_parameters', 422, () => payment({ parameters: undefined })],
  ['invalid_payment_parameters', 422, () => payment({ parameters: {} })],
  ['invalid_payment_parameters', 422, () => payment({ parameters: { phoneNumber: '+380501112233' } })],
  ['invalid_payment_parameters', 422, () => payment({ parameters: { phoneNumber: 9_267_101_283 } })],
  ['missing_destination', 422, () => p2p({ destination: undefined })],
  ['destination_not_found', 422, () => p2p({ destination: fresh })],
  ['invalid_destination', 422, () => p2p({ destination: phone })],
  ['message_too_long', 422, () => p2p({ message: 'x'.repeat(1025) })],
  ['insufficient_funds', 422, () => p2p({ amount: 10_000.01 })],
  ['wallet_not_identified', 422, () => p2p({}, anonymous)],
  ['wallet_not_identified', 422, () => bench.create({ ...out, service: 1 }, anonymous)],
  ['destination_wallet_not_identified', 422, () => p2p({ destination: '+79990000000' })],
  ['invalid_next_action', 422, async () => bench.pay(await multistep())],
  [
    'invalid_next_action',
    422,
    async () => post(`payments/${(await payment({})).json.data.id}`, { parameters: {} }, me),
  ],
  [
    'invalid_payment_status',
    422,
    async () => {
      const { json } = await payment({});
      await bench.pay(json.data.id);
      return bench.pay(json.data.id);
    },
  ],
  ['card_not_found', 404, () => bench.get('cards/1')],
  ['card_not_found', 422, async () => payment({ type: 'inout', card: await bench.storedCard(other) })],
  [
    'card_not_active',
    422,
    async () => {
      const { json } = await post('cards', {}, me);
      return payment({ type: 'inout', card: json.data.id });
    },
  ],
  ['active_cards_limit', 422, () => after(fullOfCards, () => post('cards', {}, me))],
  [
    'active_cards_limit_exceeded',
    422,
    async () => {
      await fullOfCards();
      const { json } = await bench.create({ type: 'in', amount: 10, store_card: true });
      return bench.pay(json.data.id);
    },
  ],
  ['in_amount_limit_exceeded', 422, () => bench.create({ type: 'in', amount: 15_000.01 })],
  [
    'out_amount_limit_exceeded',
    422,
    () =>
      after(
        () => limit({ out: 50 }),
        () => payment({}),
      ),
  ],
  [
    'amount_limit_exceeded',
    422,
    () =>
      after(
        () => bench.act('wallet.balance', { phone, amount: 59_999 }),
        () => bench.create({ type: 'in', amount: 2 }),
      ),
  ],
  [
    'monthly_in_turnover_limit_exceeded',
    422,
    () =>
      after(
        () => limit({ monthlyIn: 5 }),
        () => bench.create({ type: 'in', amount: 6 }),
      ),
  ],
  [
    'monthly_out_turnover_limit_exceeded',
    422,
    async () => {
      limit({ monthlyOut: 150 });
      await bench.pay((await payment({})).json.data.id);
      return payment({});
    },
  ],
  ['empty_request', 422, () => post('payments/best/p2p', {})],
  ['missing_title', 422, () => post('services/order', {}, me)],
  ['invalid_location_group', 422, () => bench.get('locations?group=pub')],
  ['missed_location_point_comma', 422, () => bench.get('locations?point=57')],
  ['missed_location_square_comma', 422, () => bench.get('locations?square=57')],
  ['wrong_location_square_points_amount', 422, () => bench.get('locations?square=57,51,57')],
  ['missing_payer', 422, () => post('invoices', { amount: 1 }, me)],
  ['payer_not_exists', 422, () => post('invoices', { payer: fresh, amount: 1 }, me)],
  ['invalid_payer', 422, () => post('invoices', { payer: phone, amount: 1 }, me)],
  ['missing_amount', 422, () => post('invoices', { payer: otherPhone }, me)],
  ['invalid_invoice', 404, () => bench.get(`invoices/${nobody}/duplicate`)],
  ['invoice_not_found', 404, () => cancel(nobody)],
  ['invoice_not_found', 404, () => payInvoice(nobody)],
  ['invoice_is_processing', 422, async () => cancel(await paidInvoice())],
  ['invoice_is_processing', 422, async () => payInvoice(await paidInvoice())],
  ['invoice_is_completed', 422, async () => cancel(await paidInvoice('complete'))],
  ['invoice_is_completed', 422, async () => payInvoice(await paidInvoice('complete'))],
  ['invoice_is_already_canceled', 422, async () => cancel(await canceledInvoice())],
  ['invoice_is_canceled', 422, async () => payInvoice(await canceledInvoice())],
  ['invoice_is_declined', 422, async () => payInvoice(await paidInvoice('decline'))],
  ['invoice_cancelling_error', 422, async () => cancel(await paidInvoice('decline'))],
];

describe('documented refusals', () => {
  it.each(cases)('%s (%i) #%#', async (code, status, provoke) => {
    const reply = await provoke();
    expect(reply.json?.meta, reply.text).toMatchObject({
      code: status,
      error: code,
      error_message: expect.any(String),
    });
    expect(reply.status).toBe(status);
    expect(reply.json).not.toHaveProperty('data');
  });

  it('lists each of them in the dictionary', async () => {
    const { json } = await bench.get('errors');
    const listed = new Set(json.data.map(({ code }: { code: string }) => code));
    expect([...new Set(cases.map(([code]) => code))].filter((code) => !listed.has(code))).toEqual([]);
  });

  it('tells limit and attempt, the lock reason, the missing scope', async () => {
    expect((await bench.create({ type: 'in', amount: 16_000 })).json.meta.details).toEqual({
      limit: 15_000,
      actual: 16_000,
    });
    const token = await bench.token('mbank', 'secret', { scope: 'cards.read' });
    expect((await bench.get('wallet', token)).json.meta.details).toBe('wallet.read');
    bench.act('wallet.lock', { phone, message: 'why' });
    expect((await bench.get('wallet')).json.meta.details).toBe('why');
  });
});
