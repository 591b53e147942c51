import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { Control } from '../../../src/sandbox/control.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts';

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  json: any;
}

export interface Sending {
  /** Replace or, when null, leave out the headers of the examples. */
  headers?: Record<string, string | null>;
  /** An object is sent as JSON, a text or bytes as they are. */
  body?: unknown;
}

/** A call that reached the shop. */
export interface Heard {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export const HOUR = 3_600_000;
const BASE = '/api/partners';

/** The JSON of an answer; undefined for a page, an empty body or a spoilt one. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A sandbox and a shop that hears the callbacks, for the tests of one file; back to the seed before each. */
export class Bench {
  #sandbox: Sandbox | undefined;
  #shopUrl = '';
  #statuses: number[] = [];
  readonly heard: Heard[] = [];

  constructor() {
    const shop = createServer((incoming, answer) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { method = '', url = '', headers } = incoming;
        this.heard.push({ method, path: url, headers, body: Buffer.concat(chunks).toString() });
        answer.writeHead(this.#statuses.shift() ?? 200).end();
      });
    });
    beforeAll(async () => {
      this.#sandbox = await startSandbox({ port: 0, webhookRetryDelaysMs: [1, 1, 1] });
      await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
      this.#shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
    });
    beforeEach(async () => {
      await this.control.idle();
      this.control.reset();
      this.heard.length = 0;
      this.#statuses = [];
    });
    afterAll(async () => {
      await this.#sandbox?.close();
      await new Promise((resolve) => shop.close(resolve));
    });
  }

  get sandbox(): Sandbox {
    if (this.#sandbox === undefined) throw new Error('the sandbox is not running');
    return this.#sandbox;
  }

  get control(): Control {
    return this.sandbox.control;
  }

  /** What the shop answers to its next calls; 200 after these. */
  shopAnswers(...statuses: number[]): void {
    this.#statuses = statuses;
  }

  /** One HTTP call to an address. */
  async send(method: string, url: string, headers: Record<string, string>, body?: string | Buffer): Promise<Reply> {
    const answer = await request(url, { method: method as 'GET', headers, body: body ?? null });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text, json: parsed(text) };
  }

  /** One call of the partner API, with the headers of the examples. */
  call(method: string, path: string, { headers = {}, body }: Sending = {}): Promise<Reply> {
    const usual = {
      authorization: 'SuperSecretTokenValue',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = Object.entries({ ...usual, ...headers }).flatMap(([name, value]) =>
      value === null ? [] : [[name, value] as const],
    );
    const raw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    return this.send(method, `${this.sandbox.url}/moneywall${BASE}${path}`, Object.fromEntries(sent), raw);
  }

  /** MW-1. */
  init(body: unknown, sending: Sending = {}): Promise<Reply> {
    return this.call('POST', '/payments/init', { body, ...sending });
  }

  /** MW-1 with the rules kept and the shop's own callback URLs. @returns the page's address */
  async start(orderId = 'order-1', fields: object = {}): Promise<string> {
    const { status, json } = await this.init({ ...this.minimal(orderId), ...fields });
    expect(status).toBe(200);
    return json.frame_url;
  }

  /** The required fields of MW-1. */
  minimal(orderId = 'order-1') {
    return {
      phone: '79588249424',
      email: 'user@gmail.com',
      amount: 10000,
      success_callback_url: `${this.#shopUrl}/callbacks/success`,
      failure_callback_url: `${this.#shopUrl}/callbacks/failure`,
      redirect_url: 'http://yoursite.com/order/AB123-45',
      order_id: orderId,
    };
  }

  /** MW-3. */
  state(orderId = 'order-1', sending: Sending = {}): Promise<Reply> {
    return this.call('GET', `/payments/state?order_id=${encodeURIComponent(orderId)}`, sending);
  }

  /** The state's word alone. */
  async stateWord(orderId = 'order-1'): Promise<string> {
    return (await this.state(orderId)).json.state;
  }

  /** MW-4. */
  refund(amount: unknown, orderId = 'order-1', sending: Sending = {}): Promise<Reply> {
    return this.call('POST', '/payments/refund', { body: { amount, order_id: orderId }, ...sending });
  }

  // biome-ignore lint/suspicious/noExplicitAny: each action answers something else
  act(action: string, input: unknown = {}): any {
    return this.control.act('moneywall', action, input);
  }

  /** One session as the provider has it. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into the state freely
  session(order = 'order-1'): any {
    return this.act('session', { order });
  }

  /** Everything that the provider has. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into the state freely
  sessions(): any[] {
    return (this.control.state('moneywall') as { providers: { moneywall: { sessions: [] } } }).providers.moneywall
      .sessions;
  }

  /** Runs something that must change nothing at the provider. */
  async unchanged<T>(run: () => Promise<T>): Promise<T> {
    const before = this.sessions();
    const result = await run();
    expect(this.sessions()).toEqual(before);
    return result;
  }

  /** The paths of the calls that the shop has heard, once none is under way. */
  async calls(): Promise<string[]> {
    await this.control.idle();
    return this.heard.map(({ path }) => path);
  }
}

/** A refusal in the form of section 4. */
export const refused = (status: number, field: string | null = null) => ({
  status,
  headers: expect.objectContaining({ 'content-type': 'application/json; charset=utf-8' }),
  json: { error: expect.any(String), field },
});
