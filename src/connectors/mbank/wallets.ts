import type { Call } from '../connector.ts';
import { outcomeOf, type ProviderRejected } from '../outcome.ts';
import type { Balances, CodeChallenge, Contacts, Profiles, ProviderWallet, Wallets } from '../wallets.ts';
import { type Answer, refusal } from './answer.ts';
import { textOrNull } from './map.ts';
import { doneAlready, isRefusal, type Parts, viewerOf } from './parts.ts';
import { levels, periods, personStatuses } from './status.ts';
import type { WireChallenge, WireWallet } from './wire.ts';

/** Contract 3.5: how long a security code lives. */
const CODE_MS = 15 * 60_000;

/** A code that was sent to the owner's phone, in our words. */
export const mapChallenge = ({ data, sandboxCode }: Answer<WireChallenge>): CodeChallenge => ({
  sentTo: data.phone,
  checkDigit: textOrNull(data.check_digit),
  validMs: CODE_MS,
  sandboxCode,
});

/** WALLETS (contract 2.4, 3.5). */
export function walletsCapability({ client, config }: Parts): Wallets {
  return {
    operations: ['wallet.create', 'wallet.activate', 'wallet.resend_code', 'wallet.get'],
    open: (call, { phone, password }) =>
      outcomeOf(async () => mapChallenge(await client.wallet.create(call, { phone, password }))),
    activate: (call, { phone, code }) =>
      outcomeOf(async () => {
        await doneAlready(client.wallet.activate(call, { phone, code }), ['already_active']);
        return null;
      }),
    resendCode: (call, { phone }) =>
      outcomeOf(async () => mapChallenge(await client.wallet.resendCode(call, { phone }))),
    async load(call) {
      try {
        return mapWallet((await client.wallet.get(call)).data);
      } catch (error) {
        if (isRefusal(error, (status) => status === 401)) return closedWallet(error, viewerOf(call, config));
        throw error;
      }
    },
  };
}

/** Contract 2.1, Wallet. */
function mapWallet(wallet: WireWallet): ProviderWallet {
  const locked = textOrNull(wallet.lock_message);
  const level = wallet.level ?? null;
  return {
    number: wallet.phone,
    phone: wallet.phone,
    status: locked ? 'BLOCKED' : 'ACTIVE',
    passwordResetRequired: false,
    restrictions: locked ? [{ code: 'lock_message', message: locked }] : [],
    balance: wallet.amount,
    // the core leaves the level out; `verified` then tells the two lower ones apart
    level: level === null ? (wallet.verified ? 'SIMPLIFIED' : 'NONE') : (levels[level] ?? null),
    providerLevel: level,
    identificationStatus: personStatuses[wallet.person_status] ?? null,
    name: textOrNull(wallet.name),
    pictureUrl: textOrNull(wallet.picture_url),
    email: textOrNull(wallet.email),
    statementPeriod: periods[wallet.email_send_frequency ?? ''] ?? null,
    features:
      wallet.can_use_autopayments == null
        ? []
        : [{ code: 'can_use_autopayments', enabled: wallet.can_use_autopayments }],
    attributes: wallet.intercom_user_hash ? [{ name: 'intercom_user_hash', value: wallet.intercom_user_hash }] : [],
  };
}

/** A 401 that speaks of the wallet itself (contract 1.3) is a state of the wallet; any other is a refusal. */
function closedWallet(error: ProviderRejected, number: string | null): ProviderWallet {
  const { providerCode, providerMessage } = error.refusal;
  const blank = {
    number: number ?? '',
    phone: number,
    passwordResetRequired: false,
    restrictions: [],
    balance: null,
    level: null,
    providerLevel: null,
    identificationStatus: null,
    name: null,
    pictureUrl: null,
    email: null,
    statementPeriod: null,
    features: [],
    attributes: [],
  };
  switch (providerCode) {
    case 'wallet_not_active':
      return { ...blank, status: 'PENDING_ACTIVATION' };
    case 'wallet_disabled':
      return { ...blank, status: 'BLOCKED', restrictions: [{ code: providerCode, message: providerMessage ?? '' }] };
    case 'reset_password':
      return { ...blank, status: 'ACTIVE', passwordResetRequired: true };
    default:
      throw error;
  }
}

/** BALANCES: one account in rubles. */
export function balancesCapability({ client }: Parts): Balances {
  return {
    operations: ['wallet.get'],
    async list(call) {
      const { data } = await client.wallet.get(call);
      return [{ balance: data.amount, title: null, isDefault: true }];
    },
  };
}

const wirePeriods: Readonly<Record<string, string>> = { INSTANT: 'after_payment', DAY: 'daily', MONTH: 'monthly' };

/** PROFILES (contract 2.4). */
export function profilesCapability({ client }: Parts): Profiles {
  const done = (write: Promise<unknown>) =>
    outcomeOf(async () => {
      await write;
      return null;
    });
  return {
    operations: ['wallet.settings.set', 'wallet.picture.set', 'wallet.picture.delete'],
    statementPeriods: ['INSTANT', 'DAY', 'MONTH'],
    setSettings(call: Call, { email, statementPeriod }) {
      const period = statementPeriod === null ? 'never' : wirePeriods[statementPeriod ?? ''];
      if (statementPeriod && period === undefined)
        return done(
          Promise.reject(
            refusal('wallet.settings.set', {
              errorCode: 'INVALID_INPUT',
              providerMessage: `Statements come INSTANT, by DAY or by MONTH, not by ${statementPeriod}.`,
              remedy: 'CHANGE_INPUT',
            }),
          ),
        );
      return done(client.wallet.settingsSet(call, { email, email_send_frequency: period }));
    },
    setPicture: (call, { name, contentType, content }) =>
      done(
        client.wallet.pictureSet(call, {
          kind: 'multipart',
          parts: [{ name: 'file', filename: name, contentType, content }],
        }),
      ),
    removePicture: (call) => done(client.wallet.pictureDelete(call)),
  };
}

/** CONTACTS (contract 2.4). */
export function contactsCapability({ client }: Parts): Contacts {
  return {
    operations: ['wallet.find'],
    find: async (call, contacts) => (await client.wallet.find(call, { contacts })).data,
  };
}
