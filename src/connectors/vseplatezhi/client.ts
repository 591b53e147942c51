import type { LosslessNumber } from 'lossless-json';
import type { Call } from '../connector.ts';
import { jsonNumber } from '../json.ts';
import type { Transport } from './transport.ts';
import * as wire from './wire.ts';

/** Filters of `account.report`, as they are sent. */
export interface ReportFilter {
  dateFrom?: string | undefined;
  dateTo?: string | undefined;
  operationType?: string | undefined;
  amountFrom?: string | undefined;
  amountTo?: string | undefined;
  page: number;
  size: number;
}

/** The provider's API, one method per operation of the contract's index (2.1). Answers are parsed, refusals thrown. */
export function createClient(transport: Transport) {
  return {
    account: accountCalls(transport),
    report: reportCall(transport),
    ...moneyCalls(transport),
    limits: limitCalls(transport),
  };
}

export type VsePlatezhiClient = ReturnType<typeof createClient>;

function accountCalls({ send, walletIdOf }: Transport) {
  return {
    /** `phone`: ten digits. Repeating it answers the wallet that is there (trap T-23); that is left to whoever asked. */
    register: (call: Call, phone: string, code: string) =>
      send(call, {
        operation: 'account.register',
        method: 'POST',
        path: '/registration',
        json: { phone, identification: jsonNumber(code) },
        safe: false,
        schema: wire.identified,
        hide: [phone],
      }),
    info: (call: Call) =>
      send(call, {
        operation: 'account.info',
        method: 'GET',
        path: `/${walletIdOf(call, 'account.info')}/info`,
        safe: true,
        schema: wire.info,
      }),
    deactivate: (call: Call) =>
      send(call, {
        operation: 'account.deactivate',
        method: 'POST',
        path: `/${walletIdOf(call, 'account.deactivate')}/deactivation`,
        safe: false,
        schema: wire.deactivated,
      }),
    identify: (call: Call, code: string) =>
      send(call, {
        operation: 'account.identify',
        method: 'POST',
        path: `/${walletIdOf(call, 'account.identify')}/identification/${code}`,
        safe: false,
        schema: wire.identified,
      }),
  };
}

const reportCall =
  ({ send, walletIdOf }: Transport) =>
  (call: Call, { dateFrom, dateTo, operationType, amountFrom, amountTo, page, size }: ReportFilter) =>
    send(call, {
      operation: 'account.report',
      method: 'GET',
      path: `/${walletIdOf(call, 'account.report')}/report`,
      query: [
        ['dateFrom', dateFrom],
        ['dateTo', dateTo],
        ['operationType', operationType],
        ['amountFrom', amountFrom],
        ['amountTo', amountTo],
        ['page', String(page)],
        ['size', String(size)],
      ],
      safe: true,
      schema: wire.report,
    });

function moneyCalls({ send, walletIdOf }: Transport) {
  return {
    refill: (call: Call, amount: LosslessNumber) =>
      send(call, {
        operation: 'account.refill',
        method: 'POST',
        path: `/${walletIdOf(call, 'account.refill')}/refill`,
        json: { amount },
        safe: false,
        schema: wire.refill,
      }),
    payment: {
      /** Makes an operation: each call another one (trap T-05). */
      init: (call: Call) =>
        send(call, {
          operation: 'payment.init',
          method: 'GET',
          path: `/${walletIdOf(call, 'payment.init')}/payment/initialization`,
          safe: false,
          schema: wire.payment,
        }),
      execute: (call: Call, body: { token: string; amount: LosslessNumber; tsp: string }) => {
        const walletId = walletIdOf(call, 'payment.execute');
        return send(call, {
          operation: 'payment.execute',
          method: 'POST',
          path: `/${walletId}/payment`,
          // the wallet stands in both places (trap T-14)
          json: { walletId, ...body },
          safe: false,
          schema: wire.payment,
        });
      },
    },
    /** The provider's own spelling (trap T-01). */
    withdrawal: {
      banks: (call: Call) =>
        send(call, {
          operation: 'withdrawal.banks',
          method: 'GET',
          path: '/wifhdrawal/banks',
          safe: true,
          schema: wire.banks,
        }),
      init: (call: Call, body: { bankIdentifier: string; amount: LosslessNumber }) =>
        send(call, {
          operation: 'withdrawal.init',
          method: 'POST',
          path: `/${walletIdOf(call, 'withdrawal.init')}/wifhdrawal`,
          json: body,
          safe: false,
          schema: wire.withdrawal,
        }),
    },
  };
}

function limitCalls({ send, walletIdOf }: Transport) {
  return {
    get: (call: Call) =>
      send(call, {
        operation: 'limits.get',
        method: 'GET',
        path: `/${walletIdOf(call, 'limits.get')}/limit`,
        safe: true,
        schema: wire.limits,
      }),
    set: (call: Call, operationLimits: Record<string, unknown>) =>
      send(call, {
        operation: 'limits.set',
        method: 'POST',
        path: `/${walletIdOf(call, 'limits.set')}/limit`,
        json: { operationLimits },
        safe: false,
        schema: wire.anything,
      }),
  };
}
