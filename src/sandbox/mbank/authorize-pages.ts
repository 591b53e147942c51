import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { document, type Html, html } from '../html.ts';
import { logIn } from './auth.ts';
import { Refusal, unprocessable } from './errors.ts';
import type { Client } from './model.ts';
import { authorizationCode, parseScopes } from './oauth.ts';
import type { World } from './world.ts';

/** `oauth.token.code`, step 1 (section 2.3): the browser's way to a code. */

type Query = Record<string, string | undefined>;
interface Asked {
  client: Client;
  scopes: string[];
  redirectUri: string | undefined;
}

/** Checks the query of `/oauth/authorize`. @throws Refusal 422 */
function asked(world: World, query: Query): Asked {
  const client = world.clients.get(query['client_id'] ?? '');
  if (query['response_type'] !== 'code' || client?.grant !== 'authorization_code') return unprocessable();
  const redirectUri = query['redirect_uri'];
  if (redirectUri !== undefined && !isRegistered(client, redirectUri)) unprocessable();
  return { client, scopes: parseScopes(query['scope']), redirectUri };
}

/** An address is registered without its query: no `state` is documented, so what a client wants to get back travels there. */
function isRegistered({ redirectUris }: Client, given: string): boolean {
  const address = (uri: string) => uri.replace(/[?#].*$/, '');
  return redirectUris.some((uri) => address(uri) === address(given)) && URL.canParse(given);
}

function form(query: string, { client, scopes }: Asked, problem?: string): Html {
  const boxes = scopes.map(
    (scope) => html`<label><input type="checkbox" name="scope" value="${scope}" checked>${scope}</label>`,
  );
  return html`<h1>Вход в кошелек</h1>
<p class="quiet">Приложение «${client.id}» просит доступ.</p>
<form method="post" action="login?${query}">
${problem === undefined ? '' : html`<p class="bad" role="alert">${problem}</p>`}
<label>Телефон<input name="username" required autofocus placeholder="+79261111111"></label>
<label>Пароль<input name="password" type="password" required></label>
${boxes}
<button>Разрешить</button>
</form>`;
}

const page = (reply: FastifyReply, content: Html, status = 200) =>
  reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(document('MServer', content));

const search = (url: string): string => url.split('?')[1] ?? '';

/** The routes of the login page, under MServer's base URL. */
export function authorizePages(world: World) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers();
    await app.register(formbody);
    app.get<{ Querystring: Query }>('/oauth/authorize', (request, reply) => {
      asked(world, request.query);
      return reply.redirect(`${world.url()}/mserver2-dev/login?${search(request.url)}`, 302);
    });
    app.get<{ Querystring: Query }>('/login', (request, reply) =>
      page(reply, form(search(request.url), asked(world, request.query))),
    );
    app.post<{ Querystring: Query }>('/login', (request, reply) => {
      const wanted = asked(world, request.query);
      const fields = (request.body ?? {}) as { username?: string; password?: string; scope?: string | string[] };
      const chosen = [fields.scope ?? []].flat().filter((scope) => wanted.scopes.includes(scope));
      if (chosen.length === 0) unprocessable();
      try {
        const wallet = logIn(world, fields.username ?? '', fields.password ?? '');
        const code = authorizationCode(world, wanted.client, wallet, chosen, wanted.redirectUri);
        const back = new URL(wanted.redirectUri ?? wanted.client.redirectUris[0] ?? unprocessable());
        back.searchParams.set('code', code);
        return reply.redirect(back.href, 303);
      } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 401) throw error;
        return page(reply, form(search(request.url), wanted, 'Неверный телефон или пароль.'), 401);
      }
    });
  };
}
