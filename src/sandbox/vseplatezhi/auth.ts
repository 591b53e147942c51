import { randomBytes } from 'node:crypto';
import { plainRefusal, wrong } from './errors.ts';
import { text } from './fields.ts';
import type { Call, Operation } from './http.ts';
import type { Grant, Partner } from './model.ts';
import type { World } from './world.ts';

/** Section 2.3: client credentials buy a pair of tokens, a refresh token buys the next pair. */

const ACCESS_SECONDS = 300;
const REFRESH_SECONDS = 3600;

/** The partner of an access token. @throws Refusal 401 when it is missing, unknown or too old */
export function authenticate(world: World, header: string | undefined): Partner {
  const [, token] = /^Bearer (\S+)$/i.exec(header ?? '') ?? [];
  const grant = world.grants.find(({ accessToken }) => accessToken === token);
  if (grant === undefined || grant.accessUntil <= world.clock.now()) throw plainRefusal(401);
  return grant.partner;
}

function issue(world: World, partner: Partner): object {
  const now = world.clock.now().getTime();
  const grant: Grant = {
    partner,
    accessToken: `${randomBytes(16).toString('hex')}-access`,
    accessUntil: new Date(now + ACCESS_SECONDS * 1000),
    refreshToken: `${randomBytes(16).toString('hex')}-refresh`,
    refreshUntil: new Date(now + REFRESH_SECONDS * 1000),
  };
  world.grants.push(grant);
  const { accessToken: access_token, refreshToken: refresh_token } = grant;
  return { access_token, refresh_token, token_type: 'Bearer', expires_in: ACCESS_SECONDS };
}

/** The partner of the credentials. @throws Refusal 401 */
function partnerOf(world: World, body: Call['body']): Partner {
  const partner = world.partners.get(text(body, 'client_id'));
  if (partner === undefined || partner.clientSecret !== text(body, 'client_secret')) throw plainRefusal(401);
  return partner;
}

/** `auth.token`: a pair beside those that there are. */
function byCredentials(world: World, body: Call['body']): object {
  const partner = partnerOf(world, body);
  if (partner.partnerId !== text(body, 'partner_id')) throw plainRefusal(401);
  return issue(world, partner);
}

/** `auth.refresh`: the new pair replaces both of the old; a refresh token works once. */
function byRefresh(world: World, body: Call['body']): object {
  const partner = partnerOf(world, body);
  const token = text(body, 'refresh_token');
  const place = world.grants.findIndex((grant) => grant.partner === partner && grant.refreshToken === token);
  const [grant] = place < 0 ? [] : world.grants.splice(place, 1);
  if (grant === undefined || grant.refreshUntil <= world.clock.now()) throw plainRefusal(401);
  return issue(world, partner);
}

/** The token endpoint. */
export const authOperations = (world: World): Operation[] => [
  {
    id: (body) => (new URLSearchParams(body).get('grant_type') === 'refresh_token' ? 'auth.refresh' : 'auth.token'),
    method: 'POST',
    path: '/oauth/token',
    body: 'form',
    open: true,
    handle({ body }) {
      const grant = text(body, 'grant_type');
      if (grant === 'client_credentials') return byCredentials(world, body);
      return grant === 'refresh_token' ? byRefresh(world, body) : wrong('grant_type', 'is not known');
    },
  },
];
