import type { IssuedToken } from '../access.ts';
import type { Call, ConnectorDeps, WalletAccess } from '../connector.ts';
import type { HttpAnswer, HttpRequest } from '../http.ts';
import { ProviderRejected, ProviderUnavailable } from '../outcome.ts';
import { lacking, success } from './answer.ts';
import type { MbankConfig } from './config.ts';
import { createTokenStore, type TokenStore } from './tokens.ts';
import { token } from './wire.ts';

/** Classes of credentials (contract 1.3). */
export type Auth = 'NONE' | 'WALLET' | 'APPLICATION';

/** Headers that prove who asks. */
export interface Credential {
  headers: Record<string, string>;
  /** Values to be cut out of recordings. */
  hide: string[];
  /** Present where we bought the token and can buy another. */
  renew?: () => void;
}

/** Credentials of one provider account. */
export interface Authenticator {
  tokens: TokenStore;
  /** Contract 2.3: buys a token. `fields` are the form's. */
  buyToken(call: Call, operation: string, fields: [string, string][]): Promise<IssuedToken>;
  /** @throws ProviderRejected when the credentials do not allow it, ProviderUnavailable (nothing sent) when no token can be had */
  credentialFor(call: Call, ask: { operation: string; auth: Auth; bare: boolean }): Promise<Credential>;
}

const SECRET_FIELDS = new Set(['password', 'code']);

/** Basic, bearer and application credentials (contract 1.3); both Basic and bearer go with every wallet call (trap T-02). */
export function createAuthenticator(config: MbankConfig, deps: ConnectorDeps): Authenticator {
  const tokens = createTokenStore(deps.clock);

  const buyToken: Authenticator['buyToken'] = async (call, operation, fields) => {
    const { clientId, clientSecret } = applicationFor(config, operation);
    if (!clientId || !clientSecret) throw lacking(operation, 'an application (clientId and clientSecret)');
    const request: HttpRequest = {
      method: 'POST',
      url: `${config.mserverUrl}/oauth/token`,
      headers: { Accept: 'application/json', Authorization: basic(clientId, clientSecret) },
      body: { kind: 'form', fields },
    };
    const read = (answer: HttpAnswer) => success(operation, answer, token).data;
    const hide = [clientSecret, ...fields.filter(([name]) => SECRET_FIELDS.has(name)).map(([, value]) => value)];
    // a code is good once; the other two grants only hand out another token
    const safe = operation !== 'oauth.token.code';
    const issuedAt = deps.clock.now();
    const bought = await deps.upstream.call({ operation, safe, request, hide, read }, call.recorder);
    return {
      token: bought.access_token,
      issuedAt,
      expiresAt: new Date(issuedAt.getTime() + bought.expires_in * 1000),
      scopes: (bought.scope ?? '').split(' ').filter((scope) => scope !== ''),
    };
  };

  const held = async (
    call: Call,
    key: string,
    wallet: string | null,
    operation: string,
    fields: [string, string][],
  ) => {
    const value = await tokens.get(key, wallet, () => beforehand(buyToken(call, operation, fields)));
    return { value, renew: () => tokens.drop(key, value) };
  };

  return {
    tokens,
    buyToken,
    async credentialFor(call, { operation, auth, bare }): Promise<Credential> {
      if (auth === 'NONE') return { headers: {}, hide: [] };
      if (auth === 'APPLICATION') {
        const fields: [string, string][] = [['grant_type', 'client_credentials']];
        const { value, renew } = await held(call, 'applicationToken', null, 'oauth.token.client', fields);
        const headers: Record<string, string> = bare
          ? { Authorization: `Bearer ${value}` }
          : { Authorization: `bearer ${value}`, 'X-Authorization-Type': 'application' };
        return { headers, hide: [value], renew };
      }
      const wallet = call.wallet ?? houseWallet(config);
      const { accessToken, password } = wallet?.credentials ?? {};
      if (accessToken) return { headers: { Authorization: `Bearer ${accessToken}` }, hide: [accessToken] };
      if (!wallet || !password) throw lacking(operation, 'a password or an access token of the wallet');
      if (!config.preferBearer) return { headers: { Authorization: basic(wallet.number, password) }, hide: [password] };
      const { value, renew } = await held(call, `accessToken:${wallet.number}`, wallet.number, 'oauth.token.password', [
        ['grant_type', 'password'],
        ['username', wallet.number],
        ['password', password],
      ]);
      return { headers: { Authorization: `Bearer ${value}` }, hide: [value, password], renew };
    },
  };
}

/** The application that buys a token in this way; contract 1.3 documents one flow for each. */
const applicationFor = (config: MbankConfig, operation: string) =>
  operation === 'oauth.token.code'
    ? { clientId: config.consentClientId, clientSecret: config.consentClientSecret }
    : { clientId: config.clientId, clientSecret: config.clientSecret };

/** The wallet that the account's own credentials open. */
export const houseWallet = ({ phone, password }: MbankConfig): WalletAccess | null =>
  phone && password ? { number: phone, credentials: { password } } : null;

const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`, 'utf8').toString('base64')}`;

const walletCodes = new Set(['wallet_not_active', 'wallet_disabled', 'reset_password']);

/** A 401 that speaks of the token and not of the wallet. */
export const isStaleToken = (error: unknown): boolean =>
  error instanceof ProviderRejected &&
  error.refusal.httpStatus === 401 &&
  !walletCodes.has(error.refusal.providerCode ?? '');

/** While the token is being bought the real request has not been sent, whatever became of the purchase. */
async function beforehand<T>(purchase: Promise<T>): Promise<T> {
  try {
    return await purchase;
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    const { provider, operation, why, retryAt } = error;
    throw new ProviderUnavailable(error.message, {
      provider,
      operation,
      why,
      retryAt,
      mayHaveActed: false,
      cause: error,
    });
  }
}
