import type { Call } from '../connector.ts';
import { outcomeOf, ProviderUnavailable } from '../outcome.ts';
import type { History, HistoryQuery, Quotes, Receipts } from '../records.ts';
import type { Page, ProviderPayment } from '../values.ts';
import { PROVIDER, protocol } from './answer.ts';
import { mapPayment } from './map.ts';
import { orNull, type Parts, viewerOf, watched } from './parts.ts';
import { wireStatuses, wireTypes } from './status.ts';
import { tariffFee } from './tariff.ts';

/** How many payments a page has by itself. */
export const PAGE = 35;
/** How many pages deep a payment is looked for; it was made moments ago, and unpaid ones sort by their creation. */
export const SEARCH_PAGES = 20;
/** By itself the history leaves unpaid ones out (trap T-28). */
export const EVERY_STATUS = 'created,processing,completed,declined';

/** HISTORY (contract 2.6): pages from 0; a short page is the last one, because the total is not to be trusted (trap T-26). */
export function historyCapability(parts: Parts): History {
  const { client, config, log } = parts;
  return {
    operations: ['payments.get', 'payments.list', 'payments.reset_unseen'],
    list: (call, query) => listPayments(parts, call, query),
    async get(call, reference) {
      const answer = await orNull(client.payments.get(call, 'WALLET', reference));
      return answer && watched(log, mapPayment(answer.data, answer.meta, viewerOf(call, config)));
    },
    markSeen: (call) =>
      outcomeOf(async () => {
        await client.payments.resetUnseen(call);
        return null;
      }),
  };
}

async function listPayments(
  { client, config, log }: Parts,
  call: Call,
  query: HistoryQuery,
): Promise<Page<ProviderPayment>> {
  const page = query.cursor === undefined ? 0 : Number.parseInt(query.cursor, 10);
  const size = query.pageSize ?? PAGE;
  const type = query.kinds?.flatMap((kind) => wireTypes[kind] ?? []).join(',');
  const status = [...new Set(query.statuses?.flatMap((one) => wireStatuses[one] ?? []))].join(',');
  // a filter that names only what this provider never has matches nothing
  if (type === '' || (query.statuses && status === '')) return { items: [], next: null };
  const { data } = await client.payments.list(call, {
    page: String(page),
    size: String(size),
    type,
    status: status === '' ? undefined : status,
  });
  const viewer = viewerOf(call, config);
  return {
    items: data.map((payment) => watched(log, mapPayment(payment, {}, viewer))),
    next: data.length < size ? null : String(page + 1),
  };
}

/**
 * A payment by our id, unpaid ones included (trap T-28).
 * @returns null when the whole history was read and it is not there
 */
export async function findByClientId(parts: Parts, call: Call, clientId: string): Promise<ProviderPayment | null> {
  const viewer = viewerOf(call, parts.config);
  for (let page = 0; page < SEARCH_PAGES; page += 1) {
    const { data } = await parts.client.payments.list(call, {
      page: String(page),
      size: String(PAGE),
      status: EVERY_STATUS,
    });
    const found = data.find((payment) => payment.client_payment_id.toLowerCase() === clientId.toLowerCase());
    if (found) return watched(parts.log, mapPayment(found, {}, viewer));
    if (data.length < PAGE) return null;
  }
  throw protocol(
    'payments.list',
    'UNREADABLE',
    `not found in the last ${SEARCH_PAGES * PAGE} payments, which proves nothing`,
  );
}

/** RECEIPTS (contract 2.6): the locale with an underscore, as the provider writes it (trap T-47). */
export function receiptsCapability({ client }: Parts): Receipts {
  return {
    operations: ['payments.bill'],
    send: (call, { reference, email, locale }) =>
      outcomeOf(async () => {
        await client.payments.bill(call, reference, email, locale.replaceAll('-', '_'));
        return null;
      }),
  };
}

/** QUOTES: the service's own rate (contract 1.5). */
export function quotesCapability({ client }: Parts): Quotes {
  return {
    operations: ['services.get'],
    async quote(call, { amount, serviceReference }) {
      const { data } = await client.services.get(call, serviceReference);
      if (!data.rate)
        throw new ProviderUnavailable(`${PROVIDER} services.get: the service has no rate.`, {
          provider: PROVIDER,
          operation: 'services.get',
          why: 'MISSING_FIELD',
          mayHaveActed: false,
        });
      const fee = tariffFee(amount, {
        fixed: data.rate.fix,
        percent: data.rate.percent,
        min: data.rate.min ?? null,
        max: data.rate.max ?? null,
      });
      return { fee, total: { minor: amount.minor + fee.minor, currency: amount.currency } };
    },
  };
}
