import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { document, type Html, html } from '../html.ts';
import { approvePage, enterCard, refusePage, SECURE_PASSWORD, testCards } from './ipsp.ts';
import type { Page } from './model.ts';
import { padded } from './money.ts';
import type { World } from './world.ts';

/** IPSP's payment page as a person sees it (section 1.9): card, 3-D Secure, and back to the return address. */

const PATH = '/ipsp/frontend/endpoint';
type Form = Record<string, string | undefined>;

/** The Luhn check of a card number. */
function luhn(pan: string): boolean {
  const sum = [...pan].reverse().reduce((total, digit, index) => {
    const value = Number.parseInt(digit, 10) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** Where a form goes. The path is whole, as a page with an error stands at the address of the form before it. */
const target = ({ url, hash }: Page, step: 'card' | 'secure' | 'cancel'): string =>
  `${new URL(url).pathname}/${step}?hash=${hash}`;

function header(page: Page): Html {
  const about = page.payment === undefined ? 'Привязка карты' : `Платеж № ${page.payment.id}`;
  return html`<h1>${about}</h1><p class="sum">${padded(page.amount).replace('.', ',')} ₽</p>`;
}

function cardForm(page: Page, problem?: string, entered: Form = {}): Html {
  const rows = testCards.map(
    ({ pan, expiry, cvv, secure }) =>
      html`<li><code>${pan}</code>, ${expiry}, ${cvv}: ${secure ? '3-D Secure' : 'без 3-D Secure, отказ'}</li>`,
  );
  const kept = page.card.id === undefined ? '' : 'Карта будет сохранена.';
  return html`${header(page)}
<form method="post" action="${target(page, 'card')}" autocomplete="off">
${problem === undefined ? '' : html`<p class="bad" role="alert">${problem}</p>`}
<label>Номер карты<input name="pan" inputmode="numeric" required autofocus value="${entered['pan']}" placeholder="0000 0000 0000 0000"></label>
<div class="pair">
<label>Срок действия<input name="expiry" inputmode="numeric" required value="${entered['expiry']}" placeholder="ММ/ГГ"></label>
<label>CVV2/CVC2<input name="cvv" inputmode="numeric" required maxlength="3" placeholder="000"></label>
</div>
<button>${page.payment === undefined ? 'Привязать карту' : 'Оплатить'}</button>
</form>
<form method="post" action="${target(page, 'cancel')}"><button class="other">Отказаться</button></form>
<p class="quiet">${kept} Закройте страницу, чтобы оставить платеж незавершенным.</p>
<details><summary>Тестовые карты</summary><ul>${rows}</ul></details>`;
}

function secureForm(page: Page): Html {
  return html`${header(page)}
<p>Банк просит подтвердить оплату картой ${page.card.title}.</p>
<form method="post" action="${target(page, 'secure')}">
<input type="hidden" name="ticket" value="${page.ticket}">
<label>Пароль 3-D Secure<input name="password" type="password" inputmode="numeric" required autofocus></label>
<button>Подтвердить</button>
</form>
<form method="post" action="${target(page, 'cancel')}"><button class="other">Отказаться</button></form>
<p class="quiet">Пароль тестовых карт: <code>${SECURE_PASSWORD}</code></p>`;
}

function result(page: Page): Html {
  const good = page.step === 'approved';
  const back = good ? page.successUrl : page.failureUrl;
  return html`${header(page)}
<p>${good ? 'Карта принята.' : 'Оплата картой отклонена.'}</p>
${back === undefined ? html`<p class="quiet">Можно закрыть эту страницу.</p>` : html`<p><a href="${back}">Вернуться</a></p>`}`;
}

/** The page as it stands: what it asks for next, or how it ended. */
function show(page: Page): Html {
  if (page.payment !== undefined && page.payment.status !== 'processing' && page.step !== 'approved')
    return result(page);
  if (page.step === 'form') return cardForm(page);
  return page.step === 'secure' ? secureForm(page) : result(page);
}

function sendPage(reply: FastifyReply, content: Html, status = 200): FastifyReply {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    .send(document('IPSP (песочница)', content));
}

/** Sends the browser to the next step, or to the return address when the page has ended. */
function onward(reply: FastifyReply, page: Page): FastifyReply {
  const back = page.step === 'approved' ? page.successUrl : page.step === 'declined' ? page.failureUrl : undefined;
  return reply.redirect(back ?? page.url, 303);
}

function takeCard(world: World, reply: FastifyReply, page: Page, form: Form): FastifyReply {
  if (page.step !== 'form') return onward(reply, page);
  const pan = (form['pan'] ?? '').replace(/\D/g, '');
  const expiry = (form['expiry'] ?? '').replace(/\s/g, '');
  const cvv = form['cvv'] ?? '';
  const wrong =
    pan.length < 13 || pan.length > 19 || !luhn(pan)
      ? 'Проверьте номер карты.'
      : !/^(0[1-9]|1[0-2])\/\d{2}$/.test(expiry)
        ? 'Срок действия: месяц и год, например 01/17.'
        : /^\d{3}$/.test(cvv)
          ? undefined
          : 'CVV2/CVC2: три цифры на обороте карты.';
  if (wrong !== undefined) return sendPage(reply, cardForm(page, wrong, form), 422);
  enterCard(world, page, { pan, expiry, cvv });
  return onward(reply, page);
}

/** The routes of the payment page; forms only. */
export function ipspPages(world: World) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers();
    await app.register(formbody);
    const on = (
      method: 'GET' | 'POST',
      path: string,
      act: (page: Page, reply: FastifyReply, form: Form) => FastifyReply,
    ): void => {
      app.route({
        method,
        url: `${PATH}${path}`,
        handler(request: FastifyRequest, reply) {
          const { hash = '' } = request.query as Form;
          const page = world.pages.get(hash);
          const intact =
            page !== undefined && (path !== '' || new URL(page.url).search === new URL(request.url, page.url).search);
          if (!intact) return sendPage(reply, html`<h1>Ссылка недействительна</h1>`, 400);
          return act(page, reply, (request.body ?? {}) as Form);
        },
      });
    };
    on('GET', '', (page, reply) => sendPage(reply, show(page)));
    on('POST', '/card', (page, reply, form) => takeCard(world, reply, page, form));
    on('POST', '/secure', (page, reply, form) => {
      if (page.step !== 'secure' || form['ticket'] !== page.ticket) return onward(reply, page);
      if (form['password'] === SECURE_PASSWORD) approvePage(world, page);
      else refusePage(world, page);
      return onward(reply, page);
    });
    on('POST', '/cancel', (page, reply) => {
      refusePage(world, page);
      return onward(reply, page);
    });
  };
}
