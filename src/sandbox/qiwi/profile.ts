import { ownWallet } from './auth.ts';
import { type Call, type Operation, oneOf } from './http.ts';
import type { Wallet } from './model.ts';
import type { World } from './world.ts';

const scopes = ['profile'] as const;
const MONTH = 30 * 86_400_000;

/** A moment of the profile: UTC with milliseconds (section 1.4). */
const utc = (at: Date, later = 0): string => new Date(at.getTime() + later).toISOString();

function authInfo({ personId, profile }: Wallet, now: Date) {
  const { registeredAt, email } = profile;
  return {
    boundEmail: email,
    ip: '81.210.201.22',
    lastLoginDate: utc(now),
    mobilePinInfo: {
      lastMobilePinChange: utc(registeredAt),
      mobilePinUsed: true,
      nextMobilePinChange: utc(registeredAt, 24 * MONTH),
    },
    passInfo: { lastPassChange: utc(registeredAt), nextPassChange: utc(registeredAt, 24 * MONTH), passwordUsed: true },
    personId: Number(personId),
    pinInfo: { pinUsed: true },
    registrationDate: utc(registeredAt),
  };
}

function contractInfo({ personId, blocked, profile, identification }: Wallet) {
  const { level, passportExpired } = identification;
  return {
    blocked,
    contractId: Number(personId),
    creationDate: utc(profile.registeredAt),
    features: [],
    identificationInfo: [{ bankAlias: 'QIWI', identificationLevel: level, passportExpired }],
  };
}

/** The default currency follows BAL-4 (trap T51). */
function userInfo({ accounts, defaultAlias, profile }: Wallet) {
  return {
    defaultPayCurrency: accounts.find(({ alias }) => alias === defaultAlias)?.currency ?? 643,
    defaultPaySource: 7,
    email: profile.email,
    firstTxnId: profile.firstTxnId,
    language: 'ru',
    operator: profile.operator,
    phoneHash: 'lgsco87234f0287',
    promoEnabled: null,
  };
}

const wanted = (query: Call['query'], name: string): boolean => oneOf(query, name, ['true', 'false']) !== 'false';

/** PRF-1 and RST-1 (sections 2.2 and 2.4). */
export function profileOperations(world: World): Operation[] {
  return [
    {
      id: 'PRF-1',
      method: 'GET',
      path: '/person-profile/v1/profile/current',
      auth: 'token',
      scopes,
      handle: ({ query, caller: { wallet } }) => ({
        json: {
          ...(wanted(query, 'authInfoEnabled') ? { authInfo: authInfo(wallet, world.clock.now()) } : {}),
          ...(wanted(query, 'contractInfoEnabled') ? { contractInfo: contractInfo(wallet) } : {}),
          ...(wanted(query, 'userInfoEnabled') ? { userInfo: userInfo(wallet) } : {}),
        },
      }),
    },
    {
      id: 'RST-1',
      method: 'GET',
      path: '/person-profile/v1/persons/:personId/status/restrictions',
      auth: 'token',
      scopes,
      handle({ params, caller }) {
        const { outgoingBlocked } = ownWallet(world, caller, params['personId']);
        const restriction = {
          restrictionCode: 'OUTGOING_PAYMENTS',
          restrictionDescription: 'Исходящие платежи заблокированы',
        };
        return { json: outgoingBlocked ? [restriction] : [] };
      },
    },
  ];
}
