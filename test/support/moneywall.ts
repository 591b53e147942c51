import { print } from 'graphql';
import { expect } from 'vitest';
import {
  AttachCreditTicketsDocument,
  CreditSessionDocument,
  type CreditSessionStartInput,
  RefundCreditSessionDocument,
  StartCreditSessionDocument,
  WatchCreditSessionDocument,
} from '../../schema/operations.ts';
import type { ProviderAccount } from '../../src/db/generated/client.ts';
import { addJob } from '../../src/db/job-queue.ts';
import { createProviderAccount } from '../../src/domain/provider/create-provider-account.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { bearer, type TestApp } from './app.ts';
import { atEnd } from './at-end.ts';
import { type Call, done, rub, unique } from './builders.ts';
import { subscribe } from './operations.ts';

/** A session as the emulator has it. */
export interface MoneywallSession {
  id: number;
  orderId: string;
  state: string;
  amount: string;
  left: string;
  refunds: { amount: string; effect: string; by: string }[];
  tickets: { number: string; receipt: { filename: string; size: number; sha256: string } }[];
  transactionLetters: { filename: string; size: number; sha256: string }[];
  callbacks: { kind: string }[];
}

/** A Moneywall emulator and a partner's account at it. */
export interface TestMoneywall {
  sandbox: Sandbox;
  account: ProviderAccount;
  /** Runs a control action of the emulator; see src/sandbox/README.md. */
  act(action: string, input?: unknown): unknown;
  /** What the emulator has of an order: one session, or none. */
  sessions(orderId: string): MoneywallSession[];
  /** The body that started a session. */
  sent(orderId: string): Record<string, unknown>;
}

/** Starts an emulator and opens an account of the partner at it. @param more settings beside the token */
export async function startMoneywall(
  gateway: TestApp,
  partnerId: string,
  more: Record<string, string> = {},
): Promise<TestMoneywall> {
  const sandbox = await startSandbox({ port: 0 });
  atEnd(() => sandbox.close());
  const account = await createProviderAccount(gateway.deps, {
    partnerId,
    provider: 'MONEYWALL',
    name: unique('Test Moneywall'),
    baseUrl: `${sandbox.url}/moneywall/api/partners`,
    credentials: { token: 'SuperSecretTokenValue', ...more },
  });
  const act = (action: string, input = {}) => sandbox.control.act('moneywall', action, input);
  return {
    sandbox,
    account,
    act,
    sessions(orderId) {
      const { providers } = sandbox.control.state('moneywall') as {
        providers: { moneywall: { sessions: MoneywallSession[] } };
      };
      return providers.moneywall.sessions.filter((session) => session.orderId === orderId);
    },
    sent: (order) => (act('session', { order }) as { sent: Record<string, unknown> }).sent,
  };
}

/** A flight from Moscow to Vienna and its passenger. */
export const tickets = {
  cabin: 'ECONOMY' as const,
  validatingAirline: 'SU',
  segments: [
    {
      flights: [
        {
          aircraft: '737',
          departsAt: '2099-12-10T08:00:00+03:00',
          arrivesAt: '2099-12-10T10:00:00+01:00',
          bookingClass: 'Y',
          origin: 'SVO',
          destination: 'VIE',
          flightNumber: '606',
          marketingCarrier: 'SU',
          operatingCarrier: 'SU',
        },
      ],
    },
  ],
  passengers: [
    {
      firstName: 'Ivan',
      middleName: 'Aleksandrovich',
      lastName: 'Ivanov',
      documentType: 'INTERNATIONAL_PASSPORT' as const,
      documentNumber: '349287349',
      birthDate: '1987-07-18',
    },
  ],
};

/** An order with all that can be told of it. */
export const order = (extra: Partial<CreditSessionStartInput> = {}): CreditSessionStartInput => ({
  orderId: unique('order'),
  provider: 'MONEYWALL',
  mode: 'STANDALONE',
  phone: '+79588249424',
  email: 'user@gmail.com',
  amount: rub('10000'),
  returnUrl: 'http://shop.example/order/AB123-45',
  providerOrderId: 'AB123-45',
  product: { airlineTickets: tickets },
  passport: {
    number: '4444333222',
    lastName: 'Иванов',
    firstName: 'Иван',
    middleName: 'Александрович',
    sex: 'MALE',
    birthDate: '1987-07-18',
    issuedAt: '2007-08-01',
    issuedBy: 'ОВД Района Калитники',
    issuerCode: '663402',
  },
  address: {
    city: 'Москва',
    street: 'ул. Китобойцев',
    building: '3',
    housing: '1',
    apartment: '616',
    postcode: '111123',
  },
  internationalPassport: {
    country: 'RU',
    number: '723902034',
    firstName: 'Ivan',
    lastName: 'Ivanov',
    birthDate: '1987-07-18',
    expiresAt: '2030-01-01',
  },
  meta: { successfulOrders: 14, orders: 3, loggedIn: true, bookingCode: 'Y', providerOrderId: 'AB123-45' },
  ...extra,
});

/** What a person enters on the lender's page. */
export const application = {
  last_name: 'Иванов',
  first_name: 'Иван',
  middle_name: 'Александрович',
  birth_date: '1987-07-18',
  passport: '4444 333222',
  pan: '4111 1111 1111 1111',
  expiry: '12/30',
  cvv: '123',
};

/** A file as a shop has it. */
export const pdf = (name = 'receipt.pdf', bytes = 0): File =>
  new File([`%PDF-1.4\n`, new Uint8Array(bytes)], name, { type: 'application/pdf' });

/** What the tests of credit do with one caller. */
export function credit(gateway: TestApp, apiKey: string, call: Call, moneywall: TestMoneywall) {
  const of = async (orderId: string) => {
    const { creditSession } = await call(CreditSessionDocument, { orderId });
    if (!creditSession) throw new Error(`there is no credit session of ${orderId}`);
    return creditSession;
  };
  /** The session once it is seen in this state. */
  const until = async (orderId: string, state: string) => {
    await expect.poll(async () => (await of(orderId)).state, { timeout: 20_000 }).toBe(state);
    return of(orderId);
  };
  const start = async (extra: Partial<CreditSessionStartInput> = {}) =>
    done(
      (await call(StartCreditSessionDocument, { input: order(extra) })).creditSessionStart,
      'CreditSessionStartSuccess',
    ).session;
  return {
    of,
    until,
    start,
    /** A session for which the shopper has applied and been accepted. */
    async authorized(amount = '10000') {
      const { orderId } = await start({ amount: rub(amount) });
      moneywall.act('session.authorize', { order: orderId });
      return until(orderId, 'AUTHORIZED');
    },
    refund: async (orderId: string, amount: string, idempotencyKey = unique('refund')) =>
      (await call(RefundCreditSessionDocument, { input: { idempotencyKey, orderId, amount: rub(amount) } }))
        .creditSessionRefund,
    attach: (orderId: string, list: { number: string; receipt: File }[], more: object = {}, letter?: File) =>
      attach(gateway, apiKey, { orderId, tickets: list, ...more }, letter),
    watch: (id: string) => subscribe(gateway.ws(apiKey), WatchCreditSessionDocument, { id }),
    /** Has the provider asked about a session now, as the job does. */
    async askNow(orderId: string) {
      const { prisma } = gateway.deps.db;
      const { id } = await prisma.creditSession.findFirstOrThrow({ where: { orderId } });
      const key = `follow-credit-session:${id}`;
      await addJob(prisma, 'follow-credit-session', { sessionId: id, round: 0 }, { key });
    },
  };
}

interface Tickets {
  orderId: string;
  tickets: { number: string; receipt: File }[];
}

/** One multipart request with all files (graphql-multipart-request-spec). */
async function attach(gateway: TestApp, apiKey: string, input: Tickets, letter?: File) {
  const form = new FormData();
  const blank = input.tickets.map((ticket) => ({ ...ticket, receipt: null }));
  const variables = { input: { ...input, tickets: blank, transactionLetter: null } };
  form.set('operations', JSON.stringify({ query: print(AttachCreditTicketsDocument), variables }));
  const places = input.tickets.map((_, index) => `variables.input.tickets.${index}.receipt`);
  const files = input.tickets.map(({ receipt }) => receipt);
  if (letter) {
    places.push('variables.input.transactionLetter');
    files.push(letter);
  }
  form.set('map', JSON.stringify(Object.fromEntries(places.map((place, index) => [index, [place]]))));
  for (const [index, file] of files.entries()) form.set(String(index), file);
  const answer = await gateway.fetch('/graphql', { method: 'POST', headers: bearer(apiKey), body: form });
  return (await answer.json()) as {
    data?: { creditSessionAttachTickets: Record<string, unknown> & { __typename: string } };
    errors?: { message: string; extensions: { code: string } }[];
  };
}

/** Takes the job away that would ask about a session by itself: only the lender's own calls tell then. */
export async function tellByCallsOnly({ deps }: TestApp, sessionId: string): Promise<void> {
  const key = `follow-credit-session:${sessionId}`;
  await deps.db.pool.query('SELECT graphile_worker.remove_job($1)', [key]);
}

/** The balances of the accounts that credit moves, in rubles, by the first part of their code. */
export async function creditBooks({ deps }: TestApp, partnerId: string): Promise<Record<string, string>> {
  const { rows } = await deps.db.pool.query<{ name: string; minor: string }>(
    `SELECT split_part(code, ':', 1) AS name,
       CASE WHEN kind IN ('ASSET', 'EXPENSE') THEN posted_debits - posted_credits ELSE posted_credits - posted_debits END AS minor
     FROM ledger_account WHERE partner_id = $1 ORDER BY code`,
    [partnerId],
  );
  return Object.fromEntries(rows.map(({ name, minor }) => [name, minor]));
}
