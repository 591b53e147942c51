import { request } from 'undici';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Control } from '../../../src/sandbox/control.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts';

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  json: any;
}

export interface Sending {
  /** A wallet token or a secret key; null sends none. */
  token?: string | null;
  headers?: Record<string, string>;
  body?: unknown;
  form?: Record<string, string>;
}

/** The demo wallet of the seed, and another one. */
export const me = { wallet: '79115221133', token: 'YUu2qw048gtdsvlk3iu' } as const;
export const other = { wallet: '79261112233', token: 'd41d8cd98f00b204e9800998ecf8427e' } as const;
export const account643 = { type: 'Account', accountId: '643' } as const;

/** A sandbox for the tests of one file; back to its seed before each. Paths stand below `/qiwi`. */
export class Bench {
  #sandbox: Sandbox | undefined;
  #nextId = 1_514_296_828_893;

  constructor() {
    beforeAll(async () => {
      this.#sandbox = await startSandbox({ port: 0, webhookRetryDelaysMs: [0, 0, 0] });
    });
    beforeEach(() => this.control.reset());
    afterAll(() => this.#sandbox?.close());
  }

  get sandbox(): Sandbox {
    if (this.#sandbox === undefined) throw new Error('the sandbox is not running');
    return this.#sandbox;
  }

  get control(): Control {
    return this.sandbox.control;
  }

  /** One HTTP call, with the headers that the documents list. */
  async call(method: string, path: string, sending: Sending = {}): Promise<Reply> {
    const { token = me.token, headers = {}, body, form } = sending;
    const sent: Record<string, string> = { accept: 'application/json' };
    if (token !== null) sent['authorization'] = `Bearer ${token}`;
    if (body !== undefined) sent['content-type'] = 'application/json';
    if (form !== undefined) sent['content-type'] = 'application/x-www-form-urlencoded';
    Object.assign(sent, headers);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const content = form === undefined ? text : new URLSearchParams(form).toString();
    const answer = await request(`${this.sandbox.url}/qiwi${path}`, {
      method: method as 'GET',
      headers: sent,
      ...(content === undefined ? {} : { body: content }),
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    return { status: answer.statusCode, headers: answer.headers, bytes, text: bytes.toString(), json: parse(bytes) };
  }

  get(path: string, sending: Sending = {}): Promise<Reply> {
    return this.call('GET', path, sending);
  }

  post(path: string, body: unknown, sending: Sending = {}): Promise<Reply> {
    return this.call('POST', path, { body, ...sending });
  }

  act(action: string, input: unknown = {}): unknown {
    return this.control.act('qiwi', action, input);
  }

  /** A payment to a provider, by default of the demo wallet's roubles. */
  pay(terms: number, amount: number, fields: Record<string, string>, body: Record<string, unknown> = {}, sending = {}) {
    this.#nextId += 1;
    const id = String(this.#nextId);
    const sum = { amount, currency: '643' };
    return this.post(
      `/sinap/api/v2/terms/${terms}/payments`,
      { id, sum, paymentMethod: account643, fields, ...body },
      sending,
    );
  }

  /** The balance in a currency, as BAL-1 shows it. */
  async balance({ wallet, token }: { wallet: string; token: string } = me, currency = 643): Promise<number | null> {
    const { json } = await this.get(`/funding-sources/v2/persons/${wallet}/accounts`, { token });
    const found = json.accounts.find(
      (account: { currency: number; hasBalance: boolean }) => account.hasBalance && account.currency === currency,
    );
    return found?.balance?.amount ?? null;
  }

  /** HIS-1 of the last day. */
  history({ wallet, token }: { wallet: string; token: string } = me, query = 'rows=50'): Promise<Reply> {
    return this.get(`/payment-history/v2/persons/${wallet}/payments?${query}`, { token });
  }
}

function parse(bytes: Buffer): unknown {
  const text = bytes.toString();
  return text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined;
}
