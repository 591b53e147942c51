import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { afterAll, beforeAll, beforeEach } from 'vitest';
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
  auth?: string;
  headers?: Record<string, string>;
  body?: unknown;
  form?: Record<string, string>;
}

export const basic = (login: string, password: string): string =>
  `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;

export const phone = '+79261111111';
export const me = basic(phone, 'p@ssw0rD');
export const otherPhone = '+79261111112';
export const other = basic(otherPhone, 'password');
/** An active wallet whose owner is not identified. */
export const anonymous = basic('+79990000000', 'password');

/** A sandbox for the tests of one file; back to its seed before each. */
export class Bench {
  #sandbox: Sandbox | undefined;

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

  /** One HTTP call; paths without a slash stand below the client API's `/v1`. */
  async call(method: string, path: string, { auth, headers = {}, body, form }: Sending = {}): Promise<Reply> {
    const url = path.startsWith('http')
      ? path
      : `${this.sandbox.url}${path.startsWith('/') ? path : `/mbank/v1/${path}`}`;
    const sent: Record<string, string> = { ...(auth === undefined ? {} : { authorization: auth }), ...headers };
    let content: string | Buffer | undefined;
    if (form !== undefined) {
      sent['content-type'] ??= 'application/x-www-form-urlencoded';
      content = new URLSearchParams(form).toString();
    } else if (body !== undefined) {
      sent['content-type'] ??= 'application/json';
      content = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    }
    const answer = await request(url, {
      method: method as 'GET',
      headers: sent,
      ...(content === undefined ? {} : { body: content }),
    });
    const text = await answer.body.text();
    const json = text.startsWith('{') || text.startsWith('[') ? parse(text) : undefined;
    return { status: answer.statusCode, headers: answer.headers, text, json };
  }

  act(action: string, input: unknown = {}): unknown {
    return this.control.act('mbank', action, input);
  }

  /** Creates a payment of the demo wallet. */
  create(body: Record<string, unknown>, auth = me): Promise<Reply> {
    return this.call('POST', 'payments', { auth, body: { client_payment_id: randomUUID(), ...body } });
  }

  pay(id: number, body?: unknown, auth = me): Promise<Reply> {
    return this.call('POST', `payments/${id}/pay`, { auth, body: body ?? {} });
  }

  get(path: string, auth = me): Promise<Reply> {
    return this.call('GET', path, { auth });
  }

  async balance(auth = me): Promise<number> {
    return (await this.get('wallet', auth)).json.data.amount;
  }

  /** A card kept through `POST /cards` and an approved page. */
  async storedCard(auth = me): Promise<number> {
    const { json } = await this.call('POST', 'cards', { auth, body: {} });
    this.act('page', { card: json.data.id, result: 'approve' });
    return json.data.id;
  }

  async token(client = 'mbank', secret = 'secret', form: Record<string, string> = {}): Promise<string> {
    const grant = form['grant_type'] ?? 'password';
    const user: Record<string, string> = grant === 'password' ? { username: phone, password: 'p@ssw0rD' } : {};
    const path = '/mbank/mserver2-dev/oauth/token';
    const { json } = await this.call('POST', path, {
      auth: basic(client, secret),
      form: { grant_type: grant, ...user, ...form },
    });
    return `bearer ${json.data.access_token}`;
  }

  /** Headers of an anonymous call. */
  async application(): Promise<Record<string, string>> {
    const authorization = await this.token('mbank_storefront', 'oklol', { grant_type: 'client_credentials' });
    return { authorization, 'x-authorization-type': 'application' };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const out = { type: 'out', amount: 100, service: 834, parameters: { phoneNumber: '+79267101283' } };
