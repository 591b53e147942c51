import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import {
  CreateApiKeyDocument,
  CreateCustomerDocument,
  CreatePartnerDocument,
  CreatePayoutDocument,
  CreateSessionTokenDocument,
  CreateTopUpDocument,
  CreateTransferDocument,
  type IdentificationLevel,
  type NotificationSettingsInput,
  OpenAccountDocument,
  OpenWalletDocument,
  type PersonInput,
  type Scope,
  SettleTopUpDocument,
  type TransferTargetInput,
} from '../../schema/operations.ts';
import { Scope as allScopes } from '../../src/db/generated/enums.ts';
import type { TestApp } from './app.ts';
import { run } from './operations.ts';

/** Runs a typed document with one credential; an error beside the data fails the test. */
export type Call = ReturnType<typeof run>;

/** The member of a result union with this name; any other answer fails the test and is shown whole. */
export function done<Answer extends { __typename: string }, Name extends Answer['__typename']>(
  answer: Answer | null | undefined,
  name: Name,
): Extract<Answer, { __typename: Name }> {
  if (answer?.__typename !== name) throw new Error(`${name} was expected, not ${JSON.stringify(answer)}`);
  return answer as Extract<Answer, { __typename: Name }>;
}

/** A refusal as its union member shows it. */
export interface Refused {
  __typename: string;
  code: string;
  message: string;
  issues?: { path: string[]; message: string }[];
}

/** The answer of a mutation that has to be refused. */
export async function refusal(data: Promise<object>): Promise<Refused> {
  const [answer] = Object.values(await data) as Refused[];
  if (!answer || !('code' in answer)) throw new Error(`a refusal was expected, not ${JSON.stringify(answer)}`);
  return answer;
}

/** The error beside the data that a document has to meet: its code, and where. */
export async function fault<Data, Variables>(
  gateway: TestApp,
  token: string | null,
  document: TypedDocumentNode<Data, Variables> | string,
  variables: Variables,
): Promise<{ code: unknown; message: string }> {
  const text = typeof document === 'string' ? document : print(document);
  const { errors } = await gateway.query(token, text, variables as Record<string, unknown>);
  const [error] = errors ?? [];
  if (!error || errors?.length !== 1) throw new Error(`one error was expected, not ${JSON.stringify(errors)}`);
  return { code: error.extensions?.['code'], message: error.message };
}

export const rub = (amount: string) => ({ amount, currency: 'RUB' });

let last = 0;
/** A text that no other call of this process gets. */
export const unique = (what: string): string => `${what}-${++last}`;
/** A phone number that no other call of this process gets. */
export const newPhone = (): string => `+7926${String(1_000_000 + ++last)}`;

/** A customer of a shop, with a session of its own. */
export interface Person {
  id: string;
  externalId: string;
  token: string;
  call: Call;
}

interface WalletOptions {
  /** What is in it, RUB. */
  holds?: string;
  owner?: Person;
  phone?: string;
  currency?: string;
  /** Further currencies. */
  also?: string[];
  /** Of a wallet without an owner. */
  level?: IdentificationLevel;
}

/** A partner with a server key of all scopes. What its methods make is there when they answer. */
export interface Shop {
  id: string;
  apiKey: string;
  call: Call;
  customer(options?: {
    level?: IdentificationLevel;
    person?: PersonInput;
    notifications?: NotificationSettingsInput;
  }): Promise<Person>;
  session(customerId: string, options?: { scopes?: Scope[]; ttlSeconds?: number }): Promise<string>;
  /** A key of this shop with these scopes only. */
  key(scopes: Scope[]): Promise<string>;
  /** Answers the wallet's id. */
  wallet(options?: WalletOptions): Promise<string>;
  /** A top-up, settled. Answers the payment's id. */
  topUp(walletId: string, amount: string, currency?: string): Promise<string>;
  /** A transfer that waits for its confirmation, unless `confirm`. Answers the payment's id. */
  transfer(from: string, to: string | TransferTargetInput, amount: string, confirm?: boolean): Promise<string>;
  /** A payout to a bank account that waits for paymentResolve. Answers the payment's id. */
  payout(from: string, amount: string): Promise<string>;
}

/** Where a payout can go. */
export const somebodysAccount = {
  bic: '044525225',
  account: '40817810099910004312',
  holderFirstName: 'Ivan',
  holderLastName: 'Sidorov',
};

/** Opens a shop as the administrator does. */
export async function openShop(gateway: TestApp, { name = 'Shop', fee = 0 } = {}): Promise<Shop> {
  const admin = run(gateway, gateway.config.adminKey);
  const created = await admin(CreatePartnerDocument, { input: { name, transferFeeBasisPoints: fee } });
  const { id } = done(created.partnerCreate, 'PartnerCreateSuccess').partner;
  const key = async (scopes: Scope[]) => {
    const { apiKeyCreate } = await admin(CreateApiKeyDocument, { input: { partnerId: id, name: 'server', scopes } });
    return done(apiKeyCreate, 'ApiKeyCreateSuccess').secret;
  };
  const apiKey = await key(Object.values(allScopes));
  const call = run(gateway, apiKey);
  return { id, apiKey, call, key, ...people(gateway, call), ...money(call) };
}

function people(gateway: TestApp, call: Call): Pick<Shop, 'customer' | 'session'> {
  const session: Shop['session'] = async (customerId, options = {}) => {
    const { sessionTokenCreate } = await call(CreateSessionTokenDocument, { input: { customerId, ...options } });
    return done(sessionTokenCreate, 'SessionTokenCreateSuccess').token;
  };
  return {
    session,
    async customer({ level = 'FULL', person, notifications } = {}) {
      const externalId = unique('user');
      const input = { externalId, identification: level, person, notifications };
      const { customerCreate } = await call(CreateCustomerDocument, { input });
      const { id } = done(customerCreate, 'CustomerCreateSuccess').customer;
      const token = await session(id);
      return { id, externalId, token, call: run(gateway, token) };
    },
  };
}

function money(call: Call): Pick<Shop, 'wallet' | 'topUp' | 'transfer' | 'payout'> {
  const topUp: Shop['topUp'] = async (walletId, amount, currency = 'RUB') => {
    const idempotencyKey = unique('top-up');
    const asked = { idempotencyKey, walletId, amount: { amount, currency }, method: 'CASH' as const, confirm: true };
    const { topUpCreate } = await call(CreateTopUpDocument, { input: asked });
    const paymentId = done(topUpCreate, 'TopUpCreateSuccess').payment.id;
    const { topUpSettle } = await call(SettleTopUpDocument, {
      input: { idempotencyKey, paymentId, reference: idempotencyKey },
    });
    return done(topUpSettle, 'TopUpSettleSuccess').payment.id;
  };
  return {
    topUp,
    async wallet({ holds = '0', owner, phone, currency = 'RUB', also = [], level = 'FULL' } = {}) {
      const input = { idempotencyKey: unique('wallet'), customerId: owner?.id, phone, currency, identification: level };
      const { walletOpen } = await call(OpenWalletDocument, { input });
      const { id } = done(walletOpen, 'WalletOpenSuccess').wallet;
      for (const further of also) {
        const account = { idempotencyKey: unique('account'), walletId: id, currency: further };
        done((await call(OpenAccountDocument, { input: account })).walletAccountOpen, 'WalletAccountOpenSuccess');
      }
      if (holds !== '0') await topUp(id, holds, currency);
      return id;
    },
    async transfer(from, to, amount, confirm = false) {
      const target = typeof to === 'string' ? { walletId: to } : to;
      const input = {
        idempotencyKey: unique('transfer'),
        fromWalletId: from,
        to: target,
        amount: rub(amount),
        confirm,
      };
      const { transferCreate } = await call(CreateTransferDocument, { input });
      return done(transferCreate, 'TransferCreateSuccess').payment.id;
    },
    async payout(from, amount) {
      const input = { idempotencyKey: unique('payout'), fromWalletId: from, amount: rub(amount), confirm: true };
      const destination = { bankAccount: somebodysAccount };
      const { payoutCreate } = await call(CreatePayoutDocument, { input: { ...input, destination } });
      return done(payoutCreate, 'PayoutCreateSuccess').payment.id;
    },
  };
}
