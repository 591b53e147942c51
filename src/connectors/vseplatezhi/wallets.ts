import type { Downgrades, Identification } from '../access.ts';
import type { Call } from '../connector.ts';
import { outcomeOf } from '../outcome.ts';
import type { IdentificationLevel } from '../values.ts';
import type { Balances, Wallets } from '../wallets.ts';
import { isRefusal, protocol, refusal } from './answer.ts';
import { done, type Parts } from './parts.ts';
import { CLOSED, levelOf, levelOrder, levels } from './status.ts';

/** WALLETS (contract 3.1). */
export function walletsCapability({ client, transport }: Parts): Wallets {
  return {
    operations: ['account.register', 'account.info', 'account.deactivate'],
    provesNoOwner: true,
    register: (call, { phone, level }) =>
      outcomeOf(async () => {
        const { walletId } = await client.account.register(call, tenDigits(phone), levels[level].code);
        return { number: walletId, credentials: { walletId } };
      }),
    async load(call) {
      const { number, balance, status } = await client.account.info(call);
      const level = levelOf(status);
      return {
        number,
        phone: null,
        status: status === CLOSED ? 'CLOSED' : 'ACTIVE',
        passwordResetRequired: false,
        restrictions: [],
        balance,
        level,
        providerLevel: status === CLOSED ? null : status,
        identificationStatus: level === null ? null : level === 'NONE' ? 'NOT_STARTED' : 'VERIFIED',
        name: null,
        pictureUrl: null,
        email: null,
        statementPeriod: null,
        features: [],
        attributes: [],
      };
    },
    close: (call) =>
      done(async () => {
        try {
          const { walletId } = await client.account.deactivate(call);
          checkWallet('account.deactivate', walletId, transport.walletIdOf(call, 'account.deactivate'));
        } catch (error) {
          if (!isRefusal(error, (_status, code) => code === 'WALLET_CLOSED')) throw error;
        }
      }),
  };
}

/** Ten digits without the country's (trap T-24). @throws ProviderRejected for any other phone; nothing is sent */
function tenDigits(phone: string): string {
  const digits = /^(?:\+?7|8)?(\d{10})$/.exec(phone.replace(/[\s()-]/g, ''))?.[1];
  if (digits) return digits;
  throw refusal('account.register', 'Wallets are opened for phones of Russia: +7 and ten digits.');
}

function checkWallet(operation: string, told: string, own: string): void {
  if (told.toLowerCase() !== own.toLowerCase())
    throw protocol(operation, 'ECHO_MISMATCH', 'the answer is about another wallet');
}

/** BALANCES: one account in rubles. */
export function balancesCapability({ client }: Parts): Balances {
  return {
    operations: ['account.info'],
    async list(call) {
      const { balance } = await client.account.info(call);
      return [{ balance, title: null, isDefault: true }];
    },
  };
}

/** IDENTIFICATION: the partner sets the level; a lower one is a step down that is done at once. */
export function identificationCapability(parts: Parts): Identification {
  const set = async (call: Call, level: IdentificationLevel): Promise<void> => {
    const operation = 'account.identify';
    // the house wallet stands behind a null, and nobody means that one
    if (!call.wallet)
      throw refusal(operation, 'A level is set for a wallet of its own.', { errorCode: 'NOT_SUPPORTED' });
    const { walletId, identification } = await parts.client.account.identify(call, levels[level].code);
    checkWallet(operation, walletId, parts.transport.walletIdOf(call, operation));
    if (identification !== levels[level].word)
      throw protocol(operation, 'ECHO_MISMATCH', 'the answer tells another level');
  };
  return {
    operations: ['account.identify'],
    vouch: (call, { level }) => done(() => set(call, level)),
    downgrades: downgrades(parts, set),
  };
}

/** The request sends nothing: the level to come down to is its reference, and the confirmation sets it. */
function downgrades({ client }: Parts, set: (call: Call, level: IdentificationLevel) => Promise<void>): Downgrades {
  const levelAsked = (reference: string): IdentificationLevel => {
    const level = levelOrder.find((one) => one === reference);
    if (level) return level;
    throw refusal('account.identify', 'The reference is none of a step down.');
  };
  return {
    steps: [
      { from: 'FULL', to: 'SIMPLIFIED' },
      { from: 'FULL', to: 'NONE' },
      { from: 'SIMPLIFIED', to: 'NONE' },
    ],
    request: (_call, to) => outcomeOf(async () => ({ reference: to })),
    confirm: (call, reference) =>
      outcomeOf(async () => {
        await set(call, levelAsked(reference));
        return { state: 'COMPLETED' };
      }),
    async status(call, reference) {
      const { status } = await client.account.info(call);
      return status === levels[levelAsked(reference)].word ? 'COMPLETED' : 'CREATED';
    },
  };
}
