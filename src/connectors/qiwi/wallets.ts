import { stringifyJson } from '../json.ts';
import type { Attribute } from '../values.ts';
import type { Profiles, ProviderWallet, WalletSecret, Wallets } from '../wallets.ts';
import { unfit } from './answer.ts';
import { bareNumber } from './config.ts';
import type { Parts } from './parts.ts';
import { levels } from './status.ts';
import type { WireProfile } from './wire.ts';

/** WALLETS (contract 2.2): a wallet is opened elsewhere, and read here. */
export function walletsCapability({ client }: Parts): Wallets {
  return {
    operations: ['PRF-1'],
    async load(call) {
      const wallet = mapProfile(await client.profile.current(call));
      // the profile is that of the token's wallet, whichever number was meant
      if (call.wallet && bareNumber(call.wallet.number) !== wallet.number)
        throw unfit('PRF-1', 'The token opens another wallet than the one with this number.');
      return wallet;
    },
  };
}

/** PROFILES: the nickname (PAY-3); settings are changed in the provider's own application. */
export function profilesCapability({ client }: Parts): Profiles {
  return {
    operations: ['PAY-3'],
    statementPeriods: [],
    async nickname(call) {
      const { nickname, canChange, canUse, description } = await client.profile.nickname(call);
      return {
        name: nickname,
        canChange: canChange ?? false,
        canUse: canUse ?? false,
        description: description || null,
      };
    },
  };
}

/** PRF-1 in our words. Balances are told by BALANCES, account by account. */
function mapProfile({ authInfo, contractInfo, userInfo }: WireProfile): ProviderWallet {
  const { identificationInfo } = contractInfo;
  const identified = identificationInfo.find(({ bankAlias }) => bankAlias === 'QIWI') ?? identificationInfo[0];
  const level = identified ? (levels[identified.identificationLevel] ?? null) : null;
  const promo = userInfo.promoEnabled;
  return {
    number: contractInfo.contractId,
    phone: `+${contractInfo.contractId}`,
    status: contractInfo.blocked ? 'BLOCKED' : 'ACTIVE',
    passwordResetRequired: false,
    restrictions: [],
    balance: null,
    level,
    providerLevel: identified?.identificationLevel ?? null,
    identificationStatus: level === null ? null : level === 'NONE' ? 'NOT_STARTED' : 'VERIFIED',
    name: null,
    pictureUrl: null,
    email: authInfo.boundEmail || userInfo.email || null,
    statementPeriod: null,
    features: promo === 'true' || promo === 'false' ? [{ code: 'promoEnabled', enabled: promo === 'true' }] : [],
    attributes: attributesOf(contractInfo, userInfo),
    defaultCurrency: userInfo.defaultPayCurrency,
    passportExpired: identified?.passportExpired ?? null,
    registeredAt: authInfo.registrationDate ?? null,
    lastLoginAt: authInfo.lastLoginDate ?? null,
    lastLoginIp: authInfo.ip || null,
    language: userInfo.language || null,
    mobileOperator: userInfo.operator || null,
    secrets: secretsOf(authInfo),
  };
}

/** Service data, as they are. */
function attributesOf({ features }: WireProfile['contractInfo'], userInfo: WireProfile['userInfo']): Attribute[] {
  const { defaultPaySource, firstTxnId, phoneHash, promoEnabled } = userInfo;
  const told = {
    defaultPaySource,
    firstTxnId,
    promoEnabled,
    features: features?.length ? stringifyJson(features) : null,
  };
  return [
    ...Object.entries(told).flatMap(([name, value]) => (value ? [{ name, value }] : [])),
    // a phone is found again by its hash
    ...(phoneHash ? [{ name: 'phoneHash', value: phoneHash, personal: true as const }] : []),
  ];
}

function secretsOf({ passInfo, mobilePinInfo, pinInfo }: WireProfile['authInfo']): WalletSecret[] {
  const secret = (
    kind: WalletSecret['kind'],
    inUse: boolean | null | undefined,
    changedAt?: Date | null,
    nextChangeAt?: Date | null,
  ): WalletSecret[] =>
    inUse == null ? [] : [{ kind, inUse, changedAt: changedAt ?? null, nextChangeAt: nextChangeAt ?? null }];
  return [
    ...secret('PASSWORD', passInfo?.passwordUsed, passInfo?.lastPassChange, passInfo?.nextPassChange),
    ...secret(
      'MOBILE_PIN',
      mobilePinInfo?.mobilePinUsed,
      mobilePinInfo?.lastMobilePinChange,
      mobilePinInfo?.nextMobilePinChange,
    ),
    ...secret('KIOSK_PIN', pinInfo?.pinUsed),
  ];
}
