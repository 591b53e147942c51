import { z } from 'zod';
import type { Call } from '../connector.ts';
import type { Transport } from './transport.ts';
import * as wire from './wire.ts';
import * as records from './wire-records.ts';

const read = { auth: 'WALLET', method: 'GET', safe: true } as const;
const errorText = z.object({ code: z.string(), title: z.union([z.record(z.string(), z.string()), z.tuple([])]) });
const options = z.object({
  support_phone: z.string(),
  mobile_operators_category_ids: z.record(z.string(), wire.groupId),
});

/** The UNIX seconds of an earlier answer, as a query parameter (contract 1.7, trap T-06). */
const since = (version: string | undefined) => ({ 'If-Modified-Since': version });

/** Contract 2.3, 2.5 and the core's own calls of 2.11. */
export const catalogueCalls = (transport: Transport) => ({
  ...dictionaryCalls(transport),
  services: { ...listCalls(transport), ...serviceCalls(transport) },
  mserver: mserverCalls(transport),
  application: applicationCalls(transport),
});

function dictionaryCalls({ send, sendIfChanged }: Transport) {
  return {
    errors: {
      list: (call: Call, version?: string) =>
        sendIfChanged(call, {
          ...read,
          auth: 'NONE',
          operation: 'errors.list',
          path: '/errors',
          query: since(version),
          data: z.array(errorText),
        }),
    },
    options: {
      get: (call: Call) => send(call, { ...read, operation: 'options.get', path: '/options', data: options }),
    },
    groups: {
      list: (call: Call, version?: string) =>
        sendIfChanged(call, {
          ...read,
          operation: 'groups.list',
          path: '/groups',
          query: since(version),
          data: z.array(wire.group),
        }),
    },
    geo: {
      search: (call: Call, title?: string) =>
        send(call, {
          ...read,
          operation: 'geo.search',
          path: '/geo',
          query: title === undefined ? {} : { filter_by: 'title', title },
          data: z.array(records.place),
        }),
    },
  };
}

function listCalls({ sendIfChanged }: Transport) {
  return {
    list: (
      call: Call,
      query: { size?: string; page?: string; group_id?: string; name?: string; geo_id?: string; version?: string },
    ) => {
      const { version, ...filter } = query;
      return sendIfChanged(call, {
        ...read,
        operation: 'services.list',
        path: '/services',
        query: { ...filter, ...since(version) },
        data: z.array(wire.service),
      });
    },
    groups: (call: Call, version?: string) =>
      sendIfChanged(call, {
        ...read,
        operation: 'services.groups',
        path: '/services/groups',
        query: since(version),
        data: z.array(wire.groupWithServices),
      }),
  };
}

function serviceCalls({ send }: Transport) {
  return {
    get: (call: Call, id: string) =>
      send(call, {
        ...read,
        operation: 'services.get',
        path: `/services/${encodeURIComponent(id)}`,
        data: wire.service,
      }),
    mnp: (call: Call, query: { provider_id: string; provider_region_code: string }) =>
      send(call, { ...read, operation: 'services.mnp', path: '/services/mnp', query, data: wire.service }),
    /** `digits`: the international number without its plus. */
    mobile: (call: Call, digits: string) =>
      send(call, {
        ...read,
        auth: 'NONE',
        operation: 'services.mobile',
        path: `/services/mobile/${encodeURIComponent(digits)}`,
        data: wire.service,
      }),
    order: (call: Call, title: string) =>
      send(call, {
        auth: 'WALLET',
        method: 'POST',
        safe: false,
        operation: 'services.order',
        path: '/services/order',
        json: { title },
        data: z.object({ thread_id: wire.groupId.nullish() }),
      }),
  };
}

function mserverCalls({ send }: Transport) {
  return {
    /** `input`: the phone without +7, or the card's number. */
    servicesSearch: (call: Call, type: 'phone' | 'card', input: string) =>
      send(call, {
        ...read,
        api: 'mserver',
        operation: 'mserver.services.search',
        path: '/services/search',
        query: { type, input },
        data: z.array(wire.service),
        hide: [input],
      }),
    walletClient: (call: Call, card?: { number: string; pin: string }) =>
      send(call, {
        ...read,
        api: 'mserver',
        operation: 'mserver.wallet.client',
        path: '/wallet/client',
        query: { card_number: card?.number, pin: card?.pin },
        data: z.array(records.bestClient),
        hide: card ? [card.number, card.pin] : [],
      }),
  };
}

/** `mserver.application.*`: the catalogue for an account without a house wallet (contract 2.11). */
function applicationCalls({ send }: Transport) {
  return {
    services: (call: Call, query: { size?: string; page?: string; group_id?: string; name?: string }) =>
      send(call, {
        ...read,
        auth: 'APPLICATION',
        api: 'application',
        operation: 'mserver.application.services',
        path: '/services',
        query,
        data: z.array(wire.service),
      }),
    service: (call: Call, id: string) =>
      send(call, {
        ...read,
        auth: 'APPLICATION',
        api: 'application',
        operation: 'mserver.application.service',
        path: `/services/${encodeURIComponent(id)}`,
        data: wire.service,
      }),
    search: (call: Call, type: 'phone' | 'card', input: string) =>
      send(call, {
        ...read,
        auth: 'APPLICATION',
        api: 'application',
        operation: 'mserver.application.search',
        path: '/services/search',
        query: { type, input },
        data: z.array(wire.service),
        hide: [input],
      }),
  };
}
