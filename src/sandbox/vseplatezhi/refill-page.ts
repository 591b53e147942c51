import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { document, type Html, html } from '../html.ts';
import { Refusal } from './errors.ts';
import type { Refill } from './model.ts';
import { decimal } from './money.ts';
import { payRefill, stateOfRefill } from './refills.ts';
import type { World } from './world.ts';

/** The page behind a refill's link, in place of the client's bank app: pay, or refuse. */

type Form = Record<string, string | undefined>;

const header = ({ wallet, amount }: Refill): Html => html`<h1>Пополнение кошелька</h1>
<p class="sum">${decimal(amount).replace('.', ',')} ₽</p>
<p class="quiet">Кошелек ${wallet.number.slice(0, 4)} ···· ${wallet.number.slice(-4)}</p>`;

function payForm(world: World, refill: Refill, problem?: string): Html {
  const banks = [...world.banks.values()].map(
    ({ bankIdentifier, name }) => html`<option value="${bankIdentifier}">${name}</option>`,
  );
  return html`${header(refill)}
${problem === undefined ? '' : html`<p class="bad" role="alert">${problem}</p>`}
<form method="post">
<label>Банк, из которого придут деньги<select name="bank" required>${banks}</select></label>
<button name="decision" value="pay">Оплатить</button>
</form>
<form method="post"><button class="other" name="decision" value="decline">Отказаться</button></form>
<p class="quiet">Песочница: приложение банка заменено этой страницей.</p>`;
}

const ends: Record<Exclude<Refill['state'], 'waiting'>, string> = {
  paid: 'Деньги зачислены.',
  declined: 'Вы отказались от пополнения.',
  expired: 'Срок действия ссылки истек.',
};

/** Why a wallet does not take the money, in the words of the page. */
const problems: Record<string, string> = {
  WALLET_CLOSED: 'Кошелек закрыт.',
  OPERATION_DISABLED: 'Пополнение этого кошелька отключено.',
  BALANCE_LIMIT_EXCEEDED: 'Остаток кошелька станет больше разрешенного.',
};

/** Does what the person chose. @returns what is wrong with it, or null */
function act(world: World, refill: Refill, { decision, bank }: Form): string | null {
  if (decision === 'decline') {
    refill.state = 'declined';
    return null;
  }
  const chosen = world.banks.get(bank ?? '');
  if (decision !== 'pay' || chosen === undefined) return 'Выберите банк.';
  try {
    payRefill(world, refill, chosen.name);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return problems[error.code] ?? 'Превышен лимит пополнений этого кошелька.';
    throw error;
  }
}

const send = (reply: FastifyReply, page: Html, status = 200): FastifyReply =>
  reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    .send(document('Пополнение (песочница)', page));

/** The routes of the page; forms only. */
export function refillPage(world: World) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers();
    await app.register(formbody);
    app.route<{ Params: { code: string }; Body: Form | undefined }>({
      method: ['GET', 'POST'],
      url: '/sbp/:code',
      handler({ method, params, body, url }, reply) {
        const refill = world.refills.get(params.code);
        if (refill === undefined) return send(reply, html`<h1>Ссылка недействительна</h1>`, 404);
        const state = stateOfRefill(world, refill);
        if (state !== 'waiting') return send(reply, html`${header(refill)}<p>${ends[state]}</p>`);
        if (method === 'GET') return send(reply, payForm(world, refill));
        const problem = act(world, refill, body ?? {});
        return problem === null ? reply.redirect(url, 303) : send(reply, payForm(world, refill, problem), 422);
      },
    });
  };
}
