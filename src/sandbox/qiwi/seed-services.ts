import type { Minor, Service, ServiceKind } from './model.ts';
import type { Rate } from './money.ts';
import type { World } from './world.ts';

const UNIT = 100n;
const FREE: Rate = { fix: 0n, basisPoints: 0 };
const CARD: Rate = { fix: 50n * UNIT, basisPoints: 200 };
const BANK: Rate = { fix: 0n, basisPoints: 160, min: 50n * UNIT };

/** Ids that the contract's text and examples use. */
export const ids = {
  transfer: 99,
  conversion: 1099,
  requisites: 1717,
  kazakhCard: 27292,
  masterPackage: 28004,
  masterCard: 32064,
  wallet: 7,
} as const;

const kinds: Record<'wallet' | 'bank' | 'mobile' | 'card' | 'internet' | 'charity' | 'other', string> = {
  wallet: 'Переводы',
  bank: 'Банковские услуги',
  mobile: 'Сотовая связь',
  card: 'Перевод на карту',
  internet: 'Интернет, ТВ, IP-телефония',
  charity: 'Благотворительность',
  other: 'Другие услуги',
};

type Row = [id: number, kind: ServiceKind, name: string, category: keyof typeof kinds, rate?: Rate];

const rows: Row[] = [
  [7, 'source', 'QIWI Wallet', 'wallet'],
  [99, 'wallet', 'Перевод на QIWI Кошелек', 'wallet'],
  [1099, 'conversion', 'Конвертация валют', 'wallet'],
  [1, 'mobile', 'MTS', 'mobile'],
  [2, 'mobile', 'Билайн', 'mobile'],
  [3, 'mobile', 'МегаФон Столичный филиал', 'mobile'],
  [43, 'mobile', 'Теле2', 'mobile'],
  [1963, 'card', 'Перевод на карту Visa', 'card', CARD],
  [21013, 'card', 'Перевод на карту MasterCard', 'card', CARD],
  [31652, 'card', 'Перевод на карту МИР', 'card', CARD],
  [22351, 'card', 'Виртуальная карта QIWI', 'card'],
  [36390, 'card', 'Перевод на карту', 'card', CARD],
  [1960, 'foreignCard', 'Перевод на иностранную карту Visa', 'card', CARD],
  [21012, 'foreignCard', 'Перевод на иностранную карту MasterCard', 'card', CARD],
  [27292, 'kazakhCard', 'Перевод на карту банка Казахстана', 'card', CARD],
  [1717, 'requisites', 'Оплата по реквизитам', 'bank', BANK],
  [674, 'provider', 'ОнЛайм', 'internet'],
  [1239, 'provider', 'Подари жизнь', 'charity'],
  [23729, 'provider', 'МТС Домашний интернет, ТВ и Телефония РФ', 'internet'],
  [491, 'provider', 'Билайн Домашний интернет', 'internet', { fix: 0n, basisPoints: 100 }],
  [28004, 'masterPackage', 'Пакет QIWI Мастер', 'other'],
  [32064, 'masterCard', 'Выпуск карты QIWI Мастер', 'other'],
  [480706, 'merchant', 'Интернет-магазин цветов', 'other'],
];

/** PAY-14 and PAY-15: the bank's `account_type` for a card and for an account; traps T37, T38. */
const banks: [
  id: number,
  name: string,
  card: string | null,
  account: readonly string[],
  extra?: 'expiry' | 'agreement',
][] = [
  [313, 'Хоум Кредит Банк', null, ['6'], 'agreement'],
  [464, 'Альфа-Банк', '1', ['2'], 'expiry'],
  [804, 'ОТП Банк', '1', ['2']],
  [810, 'Россельхозбанк', '5', ['2']],
  [815, 'Русский Стандарт', '1', ['2']],
  [816, 'ВТБ', '5', ['5', '2']],
  [819, 'ЮниКредит Банк', null, ['2']],
  [821, 'Промсвязьбанк', '7', ['9'], 'expiry'],
  [868, 'КИВИ Банк', null, ['2']],
  [870, 'Сбербанк', '5', ['2']],
  [881, 'Ренессанс Кредит', '1', ['2']],
  [1134, 'Московский кредитный банк', '5', ['2']],
  [27324, 'Райффайзенбанк', null, ['2']],
];

function service(id: number, kind: ServiceKind, name: string, category: string, rate: Rate): Service {
  const max: Minor = kind === 'masterPackage' || kind === 'requisites' ? 1_000_000n * UNIT : 600_000n * UNIT;
  const keywords = `${name} ${category}`.toLowerCase();
  return { id, kind, shortName: name, longName: name, category, keywords, siteUrl: null, rate, min: UNIT, max };
}

/** The catalogue: every id that the contract names, the operators' prefixes, the cross rates. */
export function seedServices(world: World): void {
  for (const [id, kind, name, category, rate = FREE] of rows)
    world.services.set(id, service(id, kind, name, kinds[category], rate));
  for (const [id, name, card, account, extra] of banks) {
    const accountTypes = {
      ...(card === null ? {} : { card }),
      account,
      expiry: extra === 'expiry',
      agreement: extra === 'agreement',
    };
    world.services.set(id, { ...service(id, 'bank', name, kinds.bank, BANK), accountTypes });
  }
  world.service(23729).siteUrl = 'http://www.mts.ru/internet/mts_stream/';
  world.service(480706).longName = 'ООО «Цветы»';
  const prefixes: [number, string[]][] = [
    [1, ['910', '915', '916', '917', '985']],
    [2, ['903', '905', '906', '909', '965']],
    [3, ['920', '926', '927', '929']],
    [43, ['952', '953', '977']],
  ];
  for (const [id, list] of prefixes) for (const prefix of list) world.mobilePrefixes.set(prefix, id);
  world.rates.push(...rates.map(([from, to, rate]) => ({ from, to, rate })));
}

/** Units of the first that one unit of the second costs (trap T30); the first three are documented. */
const rates: [from: string, to: string, rate: string][] = [
  ['398', '643', '6.22665'],
  ['398', '756', '412.0174305'],
  ['980', '978', '31.4680914'],
  ['643', '398', '0.1655'],
  ['643', '840', '75.5102'],
  ['643', '978', '84.3047'],
  ['840', '643', '0.013511'],
  ['978', '643', '0.012094'],
];
