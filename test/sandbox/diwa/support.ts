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
  /** Replace or, when null, leave out the headers of the examples. */
  headers?: Record<string, string | null>;
  /** An object is sent as JSON, a text as it is. */
  body?: unknown;
}

/** The data of example D-1b. */
export const person = {
  email: 'test@test.com',
  phone: '123123123',
  first_name: 'test',
  last_name: 'test',
  third_name: 'test',
  passport_series: '1111',
  passport_number: '222333',
  birth_date: '1999-01-01',
  passport_issued_date: '1999-01-01',
  passport_issued_by: 'test',
  registration_address: 'test',
  additional_document_type: 'INN',
  additional_document_number: '123456789',
  identification_type: 2,
  non_resident: false,
};

/** A sandbox for the tests of one file; back to its seed before each. Paths stand below `/diwa/api/wallets`. */
export class Bench {
  #sandbox: Sandbox | undefined;

  constructor() {
    beforeAll(async () => {
      this.#sandbox = await startSandbox({ port: 0 });
    });
    beforeEach(() => this.control.reset());
    afterAll(() => this.#sandbox?.close());
  }

  get control(): Control {
    if (this.#sandbox === undefined) throw new Error('the sandbox is not running');
    return this.#sandbox.control;
  }

  /** One HTTP call, with the headers of the examples. */
  async call(method: string, path: string, { headers = {}, body }: Sending = {}): Promise<Reply> {
    const usual = {
      authorization: 'Bearer YOUR-API-TOKEN',
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = Object.entries({ ...usual, ...headers }).flatMap(([name, value]) =>
      value === null ? [] : [[name, value] as const],
    );
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await request(`${this.#sandbox?.url}/diwa/api/wallets${path}`, {
      method: method as 'GET',
      headers: Object.fromEntries(sent),
      ...(text === undefined ? {} : { body: text }),
    });
    const answered = await answer.body.text();
    const json = answered === '' ? undefined : JSON.parse(answered);
    return { status: answer.statusCode, headers: answer.headers, text: answered, json };
  }

  create(body: unknown, sending: Sending = {}): Promise<Reply> {
    return this.call('POST', '/createClient', { body, ...sending });
  }

  info(userId: number | string): Promise<Reply> {
    return this.call('GET', `/getClientInfo/${userId}`);
  }

  act(action: string, input: unknown = {}): unknown {
    return this.control.act('diwa', action, input);
  }

  /** How many clients DiWa keeps. */
  clients(): number {
    const { providers } = this.control.state('diwa') as { providers: { diwa: { clients: unknown[] } } };
    return providers.diwa.clients.length;
  }
}
