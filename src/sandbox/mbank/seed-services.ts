import type { Group, Place, Rate, Service, ServiceParameter, Step } from './model.ts';
import type { World } from './world.ts';

const RUBLE = 100;
const kreditPilot = { id: 1, code: 'tpr_out', name: 'Кредит Пилот' };
const tpr = { id: 35, code: 'tpr_out', name: 'ООО ТПР (провайдер)' };
const free: Rate = { fix: 0, basisPoints: 0 };

export const groups = {
  cellular: [3, '53359fb2255c741a749f0c42', 'Мобильная связь', 'cellular'],
  foreign: [895, '53359fb2255c741a749f0c59', 'Мобильная связь зарубежья', ''],
  games: [4, '53359fb2255c741a749f0c47', 'Игры и социальные сети', ''],
  internet: [5, '53359fb2255c741a749f0c4b', 'Интернет провайдеры', ''],
  money: [6, '53359fb2255c741a749f0c4c', 'Электронные деньги', ''],
  television: [7, '53359fb2255c741a749f0c4d', 'Телевидение', ''],
  banks: [8, '53359fb2255c741a749f0c4e', 'Банки', ''],
  utilities: [9, '549c92fb56c35f660ecd341f', 'Коммунальные услуги', ''],
} as const;
export type GroupKey = keyof typeof groups;

/** A parameter of a service; what is not given is open. */
export function parameter(id: string, title: string, rest: Partial<ServiceParameter> = {}): ServiceParameter {
  const open = { type: 'string', required: true, minLength: null, maxLength: null, pattern: null, patternDesc: null };
  return { id, title, providerName: title, ...open, ...rest };
}

const phone: ServiceParameter = parameter('phoneNumber', 'Номер телефона, начиная с +7', {
  providerName: '№ Телефона',
  type: 'phone',
  minLength: 12,
  maxLength: 12,
  pattern: '^\\+7[0-9]{10}$',
  patternDesc: 'Номер телефона РФ начиная с +7 (в международном формате). Например, +79261112233',
});

const optional = (id: string, title: string): ServiceParameter => parameter(id, title, { type: null, required: false });

const account = (title: string, pattern: string, patternDesc: string): ServiceParameter =>
  parameter('phoneNumber', title, { pattern, patternDesc });

const multibank: Step[] = [
  {
    action: 'update',
    show: [
      { code: 'bank', name: 'Банк', value: 'ЗАО "БАНК РУССКИЙ СТАНДАРТ"', editable: false },
      { code: 'dest', name: 'Назначение платежа', value: 'Зачисление на счет/карту/N договора', editable: false },
      { code: 'Pname1', name: 'Номер счета/карты/договора', value: '', editable: true, required: true },
      { code: 'Pname2', name: 'ФИО владельца счета/карты/договора', value: '', editable: true, required: true },
      { code: 'whatToDo', name: 'Что делать?', value: '', editable: true },
    ],
  },
  { action: 'get', show: [] },
];

type Row = [id: number, name: string, group: GroupKey, parameters: ServiceParameter[], rest?: Partial<Service>];

const rows: Row[] = [
  [834, 'МегаФон', 'cellular', [phone], { keywords: 'мегафон, megafon', rate: { fix: 0, basisPoints: 300 } }],
  [770, 'Билайн', 'cellular', [phone], { keywords: 'билайн, белайн, белаин, пчелайн', minsum: 2 * RUBLE }],
  [1000, 'Теле2', 'cellular', [phone], { keywords: 'tele2, теле2', limit: 'Лимитов нет' }],
  [775, 'МТС', 'cellular', [phone], { keywords: 'мтс, mts' }],
  [
    1,
    'Мегафон',
    'internet',
    [phone],
    { rate: { fix: 300, basisPoints: 50 }, verificationRequired: true, outbound: tpr },
  ],
  [1500, 'Киевстар', 'foreign', [parameter('phoneNumber', 'Номер телефона')], { online: false }],
  [1161, 'Steam', 'games', [parameter('login', 'Логин Steam', { minLength: 3, maxLength: 64 })]],
  [1066, 'Одноклассники', 'games', [account('Номер профиля', '^\\d{1,14}$', '1-14 цифр')]],
  [
    6,
    'Яндекс.Деньги',
    'money',
    [account('№ счёта (1-32 цифры):', '^\\d{1,32}$', '1-32 цифры')],
    { rate: { fix: 1_000, basisPoints: 50 }, outbound: tpr },
  ],
  [
    17,
    'Триколор ТВ',
    'television',
    [
      parameter('578', 'Тип платежа', {
        type: 'enum',
        items: [
          { code: '1', value: 'Базовый' },
          { code: '2', value: 'Ночной' },
        ],
      }),
      account('№ агент.договора или приёмного оборудования (1-14 цифр)', '^\\d{1,14}$', '1-14 цифр'),
    ],
    { rate: { fix: 1_000, basisPoints: 50 }, outbound: tpr },
  ],
  [
    61,
    'Мультибанк',
    'banks',
    [
      optional('phoneNumber', '№ Телефона (10 цифр)'),
      optional('BIK', 'БИК'),
      optional('Name', 'Имя Отправителя'),
      optional('SName', 'Отчество Отправителя'),
      optional('Fam', 'Фамилия Отправителя'),
    ],
    {
      rate: { fix: 3_500, basisPoints: 0 },
      outbound: tpr,
      steps: multibank,
      receipt: [
        { code: 'knp', name: 'Номер чека на стороне провайдера', value: '486221871621136659', editable: false },
      ],
    },
  ],
  [
    62,
    'Погашение кредита',
    'banks',
    [account('Номер договора', '^\\d{6,20}$', '6-20 цифр')],
    { rate: { fix: 0, basisPoints: 100, min: 1_000, max: 50_000 }, steps: [{ action: 'get', show: [] }] },
  ],
  [
    42,
    'ЖКУ Москва',
    'utilities',
    [
      parameter('126', 'Адрес проживания', {
        required: false,
        minLength: 3,
        maxLength: 250,
        patternDesc: 'от  3 до 250 символов',
      }),
    ],
  ],
  [
    1690,
    'ТСЖ Монолит-престиж',
    'utilities',
    [
      parameter('address', 'Адрес', {
        minLength: 3,
        maxLength: 255,
        pattern: '',
        patternDesc: 'Введите ваш домашний адрес',
      }),
    ],
  ],
];

/** The first digits of a Russian number, and the operator's service. */
const prefixes: Record<number, string[]> = {
  834: ['920', '921', '922', '923', '924', '925', '926', '927', '928', '929', '930', '931', '939', '999'],
  770: ['903', '905', '906', '909', '960', '961', '962', '963', '964', '965', '966', '967', '968'],
  775: ['910', '911', '912', '913', '914', '915', '916', '917', '918', '919', '980', '981', '982', '983', '984', '985'],
  1000: ['900', '901', '902', '904', '908', '950', '951', '952', '953', '977'],
};

/** A service with the usual bounds. */
export function service(world: World, row: Row): Service {
  const [id, name, key, parameters, rest = {}] = row;
  const group = world.groups.find((candidate) => candidate.hexId === groups[key][1]);
  return {
    id,
    name,
    keywords: '',
    online: true,
    iconUrl: null,
    limit: '',
    rate: free,
    verificationRequired: false,
    minsum: RUBLE,
    maxsum: 15_000 * RUBLE,
    parameters,
    groups: group === undefined ? [] : [group],
    outbound: kreditPilot,
    steps: [],
    ...rest,
  };
}

/** The services of the golden examples, the mobile operators, and two multi-step ones (61 and 62). */
export function seedServices(world: World): void {
  for (const [id, hexId, name, group] of Object.values(groups)) {
    world.groups.push({ id, hexId, name, group, keywords: '' } satisfies Group);
  }
  for (const row of rows) world.services.set(row[0], service(world, row));
  for (const [id, list] of Object.entries(prefixes)) {
    for (const prefix of list) world.mobilePrefixes.set(prefix, Number.parseInt(id, 10));
  }
  for (const [operator, id] of [
    ['beline', 770],
    ['megafon', 834],
    ['mts', 775],
    ['tele2', 1000],
  ] as const) {
    world.mnp.set(`${operator} ru`, id);
  }
}

/**
 * Adds made-up services to the catalogue, for searches and benchmarks (control action `services.generate`).
 * The same number always gives the same catalogue.
 * @param places where every third service is offered
 */
export function generateServices(world: World, count: number, places: Place[] = []): void {
  const keys = Object.keys(groups) as GroupKey[];
  const kinds = ['Интернет', 'Телеком', 'Сбыт', 'Водоканал', 'Банк', 'Игра', 'Такси', 'Страхование'];
  for (let n = 0; n < count; n += 1) {
    const id = 100_000 + n;
    const name = `${kinds[n % kinds.length]} ${1 + Math.floor(n / kinds.length)}`;
    const parameters = [account('Лицевой счет', '^\\d{6,12}$', '6-12 цифр')];
    if (n % 4 === 0) parameters.push(parameter('period', 'Период', { required: false, maxLength: 20 }));
    const place = places[n % Math.max(places.length, 1)];
    const rest: Partial<Service> = {
      keywords: `услуга ${id}`,
      online: n % 50 !== 49,
      rate: { fix: (n % 3) * RUBLE, basisPoints: (n % 5) * 50 },
      ...(n % 3 === 0 && place ? { geo: [place] } : {}),
    };
    world.services.set(id, service(world, [id, name, keys[n % keys.length] ?? 'internet', parameters, rest]));
  }
  world.touch();
}
