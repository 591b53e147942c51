import { LosslessNumber } from 'lossless-json';
import { errorText } from './error-texts.ts';
import type { Service, Transaction } from './model.ts';
import { moneyView } from './money.ts';
import { stamp } from './time.ts';

const statusTexts = { WAITING: 'Запрос обрабатывается', SUCCESS: 'Успешно', ERROR: 'Ошибка' } as const;

/** `provider` and `source` of the history: texts that are not set are null (trap T21). */
const serviceView = ({ id, shortName, longName, keywords, siteUrl }: Service) => ({
  id,
  shortName,
  longName,
  logoUrl: null,
  description: null,
  keys: id === 7 ? keywords : null,
  siteUrl,
  extras: [],
});

/** PaymentHistoryItem, with its date in an offset. */
export function itemView(transaction: Transaction, offset?: number) {
  const { sum, commission, errorCode, status, source } = transaction;
  return {
    txnId: transaction.id,
    personId: Number(transaction.wallet.personId),
    date: stamp(transaction.at, offset),
    errorCode,
    error: errorText(errorCode),
    status,
    type: transaction.type,
    statusText: statusTexts[status],
    trmTxnId: transaction.trmTxnId,
    account: transaction.account,
    sum: moneyView(sum.amount, sum.currency),
    commission: moneyView(commission, sum.currency),
    total: moneyView(sum.amount + commission, sum.currency),
    provider: serviceView(transaction.service),
    source: source === null ? {} : serviceView(source),
    comment: transaction.comment,
    currencyRate: new LosslessNumber(transaction.currencyRate),
  };
}

/** HIS-3: the item in Moscow time, and the service data. */
export function detailView(transaction: Transaction, chequeReady: boolean) {
  const done = transaction.status === 'SUCCESS';
  return {
    ...itemView(transaction),
    paymentExtras: [],
    serviceExtras: {},
    view: {},
    features: {
      chequeReady,
      bankDocumentAvailable: false,
      bankDocumentReady: false,
      repeatPaymentEnabled: done && transaction.type === 'OUT',
      favoritePaymentEnabled: false,
      regularPaymentEnabled: false,
    },
  };
}
