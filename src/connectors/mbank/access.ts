import type { Credentials, Identification, ProviderIdentification } from '../access.ts';
import { outcomeOf } from '../outcome.ts';
import { refusal } from './answer.ts';
import { orNull, type Parts } from './parts.ts';
import { personStatuses } from './status.ts';
import type { Transport } from './transport.ts';
import { mapChallenge } from './wallets.ts';
import type { WirePerson } from './wire.ts';

/** CREDENTIALS (contract 2.3, 2.4). Tokens for calls are bought by the transport itself. */
export function credentialsCapability({ client, config }: Parts, { authenticator }: Transport): Credentials {
  const { clientId, consentClientId } = config;
  const tokens = [
    ...(clientId ? ['oauth.token.client', 'oauth.token.password'] : []),
    ...(consentClientId ? ['oauth.token.code'] : []),
  ];
  return {
    operations: ['wallet.send_password_reset_code', 'wallet.reset_password', ...tokens],
    requestPasswordReset: (call, { phone }) =>
      outcomeOf(async () => mapChallenge(await client.wallet.sendPasswordResetCode(call, { phone }))),
    resetPassword: (call, { phone, code, password }) =>
      outcomeOf(async () => {
        await client.wallet.resetPassword(call, { phone, code, password });
        return null;
      }),
    held: () => authenticator.tokens.held(),
    ...(consentClientId && config.redirectUri
      ? {
          // no `state` parameter is documented, so it travels inside the address that the browser comes back to
          authorizationUrl: ({ state, scopes }) => {
            const back = new URL(config.redirectUri ?? '');
            back.searchParams.set('state', state);
            const url = new URL(`${config.mserverUrl}/oauth/authorize`);
            url.searchParams.set('response_type', 'code');
            url.searchParams.set('client_id', consentClientId);
            if (scopes) url.searchParams.set('scope', scopes.join(' '));
            url.searchParams.set('redirect_uri', back.href);
            return { url: url.href, redirectUri: back.href };
          },
          redeemCode: (call, { code, redirectUri }) =>
            outcomeOf(() =>
              authenticator.buyToken(call, 'oauth.token.code', [
                ['grant_type', 'authorization_code'],
                ['code', code],
                ['redirect_uri', redirectUri],
                ['client_id', consentClientId],
              ]),
            ),
        }
      : {}),
  };
}

/** IDENTIFICATION (contract 2.1 Person, 2.4, 3.5). */
export function identificationCapability({ client, config }: Parts): Identification {
  return {
    operations: [
      'wallet.person.set',
      'wallet.person.get',
      ...(config.webhookClientId ? ['wallet.status.webhook'] : []),
    ],
    submit: (call, person) =>
      outcomeOf(async () => {
        const required = person.lastName && person.firstName && person.passport;
        if (!required)
          throw refusal('wallet.person.set', {
            errorCode: 'INVALID_INPUT',
            providerMessage: 'The last name, the first name and the passport are needed.',
            remedy: 'CHANGE_INPUT',
          });
        const { data } = await client.wallet.personSet(call, {
          family_name: person.lastName ?? undefined,
          given_name: person.firstName ?? undefined,
          patronymic_name: person.middleName ?? undefined,
          birth_date: person.birthDate ?? undefined,
          passport_series_number: person.passport?.replace(/\D/g, ''),
          passport_issued_at: person.passportIssuedAt ?? undefined,
          itn: person.inn ?? undefined,
          ssn: person.snils?.replace(/\D/g, ''),
        });
        return mapPerson(data);
      }),
    load: async (call) => {
      const answer = await orNull(client.wallet.personGet(call));
      return answer && mapPerson(answer.data);
    },
    ...(config.webhookClientId
      ? {
          vouch: (call, { phone, level }) =>
            outcomeOf(async () => {
              const flag = level === 'FULL' ? { personified: true as const } : { verified: true as const };
              await client.wallet.statusWebhook(call, { phone, ...flag });
              return null;
            }),
        }
      : {}),
  };
}

const mapPerson = (person: WirePerson): ProviderIdentification => ({
  person: {
    firstName: person.given_name,
    middleName: person.patronymic_name ?? null,
    lastName: person.family_name,
    birthDate: person.birth_date ?? null,
    passport: person.passport_series_number,
    passportIssuedAt: person.passport_issued_at ?? null,
    inn: person.itn ?? null,
    snils: person.ssn ?? null,
  },
  status: personStatuses[person.status] ?? 'UNKNOWN',
  providerStatus: person.status,
  changedAt: person.changed_at ?? null,
  verifiedAt: person.verified_at ?? null,
});
