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
  /** Instead of the partner's access token; null sends none. */
  token?: string | null;
  headers?: Record<string, string>;
  /** An object is sent as JSON, a text as it is. */
  body?: unknown;
}

/** Wallets of the seed. */
export const golden = '3b9f6a52-7c1e-4d0a-9f4e-2a6d5c8b7e10';
export const rich = '91c4d7e8-3f52-4a06-b7d9-1e8f2a6c5b43';
export const empty = 'c06b1f93-4e7d-4d28-8a35-7f9e0d2c1b64';
export const foreign = 'e8a5d3b1-6c90-4f17-9b42-3d5e7f1a8c06';
export const nobody = '00000000-0000-4000-8000-000000000000';
export const shop = 'a1f4c2d8-0b3e-4f57-8a69-5d7e9c1b2f34';
export const testBank = '100000000999';

/** What partner 1 sends to the token endpoint. */
export const credentials = {
  grant_type: 'client_credentials',
  client_id: 'partner-1',
  client_secret: 'secret-1',
  partner_id: '42',
};

/** A sandbox for the tests of one file; back to its seed before each, with an access token of partner 1. */
export class Bench {
  #sandbox: Sandbox | undefined;
  #token = '';

  constructor() {
    beforeAll(async () => {
      this.#sandbox = await startSandbox({ port: 0 });
    });
    beforeEach(() => {
      this.control.reset();
      return this.logIn();
    });
    afterAll(() => this.#sandbox?.close());
  }

  get sandbox(): Sandbox {
    if (this.#sandbox === undefined) throw new Error('the sandbox is not running');
    return this.#sandbox;
  }

  get control(): Control {
    return this.sandbox.control;
  }

  /** One HTTP call below `/vseplatezhi`. */
  async send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Reply> {
    const answer = await request(`${this.sandbox.url}/vseplatezhi${path}`, {
      method: method as 'GET',
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text,
      json: text.startsWith('{') ? JSON.parse(text) : undefined,
    };
  }

  /** The token endpoint: client credentials of partner 1 unless told. */
  token(form: Record<string, string> = credentials): Promise<Reply> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.send('POST', '/oauth/token', headers, new URLSearchParams(form).toString());
  }

  /** Buys the access token that further calls carry. */
  async logIn(): Promise<void> {
    this.#token = (await this.token()).json.access_token;
  }

  /** Moves the sandbox's time forward, and buys another access token. */
  async pass(ms: number): Promise<void> {
    this.control.advance(ms);
    await this.logIn();
  }

  /** A call of the account API with the headers of the golden examples. */
  call(method: string, path: string, { token = this.#token, headers = {}, body }: Sending = {}): Promise<Reply> {
    const usual = {
      'content-type': 'application/json; charset=utf-8',
      accept: 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.send(method, `/api/wallet/v1/account${path}`, { ...usual, ...headers }, text);
  }

  get(path: string, sending: Sending = {}): Promise<Reply> {
    return this.call('GET', path, sending);
  }

  post(path: string, body?: unknown, sending: Sending = {}): Promise<Reply> {
    return this.call('POST', path, { body, ...sending });
  }

  // biome-ignore lint/suspicious/noExplicitAny: each action answers something else
  act(action: string, input: unknown = {}): any {
    return this.control.act('vseplatezhi', action, input);
  }

  /** The balance in rubles, as `account.info` shows it. */
  async balance(wallet = golden): Promise<number> {
    return (await this.get(`/${wallet}/info`)).json.balance;
  }

  /** The lines of the report, newest first. */
  async report(wallet = golden, query = 'size=100') {
    return (await this.get(`/${wallet}/report?${query}`)).json.content;
  }

  /** Makes a payment operation and executes it. */
  async pay(amount: number | string, { wallet = golden, tsp = shop } = {}): Promise<Reply & { token: string }> {
    const { token } = (await this.get(`/${wallet}/payment/initialization`)).json;
    return { ...(await this.post(`/${wallet}/payment`, { walletId: wallet, token, amount, tsp })), token };
  }

  withdraw(amount: number | string, { wallet = golden, bankIdentifier = testBank } = {}): Promise<Reply> {
    return this.post(`/${wallet}/wifhdrawal`, { bankIdentifier, amount });
  }

  /** The numbers of a wallet's operations, oldest first. */
  operationIds(wallet = golden): number[] {
    return this.act('operations', { wallet }).operations.map(({ id }: { id: number }) => id);
  }

  /** Runs something that must move no money in the wallet and leave its report as it was. */
  async unmoved<T>(run: () => Promise<T>, wallet = golden): Promise<T> {
    const before = this.act('operations', { wallet });
    const balance = await this.balance(wallet);
    const result = await run();
    expect(await this.balance(wallet)).toBe(balance);
    expect(this.act('operations', { wallet })).toEqual(before);
    return result;
  }
}

/** An error without a body, as every status but 500 has it. */
export const bare = (status: number) => ({ status, text: '', json: undefined });

/** A refusal with its error object. */
export const refused = (code: string) => ({
  status: 500,
  json: { code, message: expect.any(String), fieldErrors: expect.any(Object) },
});
