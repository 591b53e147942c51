import type { Location, Place } from './model.ts';
import type { World } from './world.ts';

/** id, title, id of the next wider place, preset: the cities shown without a search. */
const places: readonly [string, string, string | null, boolean?][] = [
  ['54be73b2b7f47bef910041a7', 'Российская Федерация', null],
  ['54be73b2b7f47bef910041a8', 'Центральный округ', '54be73b2b7f47bef910041a7'],
  ['54be73b2b7f47bef910041ae', 'Приволжский округ', '54be73b2b7f47bef910041a7'],
  ['54be73b2b7f47bef910041ab', 'Дальневосточный округ', '54be73b2b7f47bef910041a7'],
  ['54be73b2b7f47bef910041a9', 'Северо-Западный округ', '54be73b2b7f47bef910041a7'],
  ['54be73b2b7f47bef910041e4', 'Московская область', '54be73b2b7f47bef910041a8'],
  ['54be73b2b7f47bef910041fe', 'Пермский край', '54be73b2b7f47bef910041ae'],
  ['54be73b2b7f47bef910041d1', 'Амурская область', '54be73b2b7f47bef910041ab'],
  ['54be73b2b7f47bef910041ff', 'Москва', '54be73b2b7f47bef910041a8', true],
  ['54be73b2b7f47bef91004200', 'Санкт-Петербург', '54be73b2b7f47bef910041a9', true],
  ['54be73b2b7f47bef91004201', 'Нижний Новгород', '54be73b2b7f47bef910041ae', true],
  ['54be73b6b7f47bef9100a493', 'Кудымкарский район', '54be73b2b7f47bef910041fe'],
  ['54be73b6b7f47bef9100a49a', 'Москвина', '54be73b6b7f47bef9100a493'],
  ['54be73b8b7f47bef9100be3b', 'Свободненский район', '54be73b2b7f47bef910041d1'],
  ['54be73b8b7f47bef9100be4a', 'Москвитино', '54be73b8b7f47bef9100be3b'],
  ['54be73b2b7f47bef91004365', 'Домодедовский район', '54be73b2b7f47bef910041e4'],
  ['54be73b2b7f47bef9100436e', 'Москвич', '54be73b2b7f47bef91004365'],
  ['54be73b2b7f47bef910042b3', 'Лобня', '54be73b2b7f47bef910041e4'],
];

/** Where the emulator places every caller's address. */
export const callersPlace = '54be73b2b7f47bef910042b3';

const locations: readonly Location[] = [
  {
    id: '54635060279871e2098b4567',
    name: "Точка пополнения 'Денег нет'",
    type: 'Банкомат: Инвестбанк ОАО АКБ',
    group: 'replenishment',
    worktime: 'пн-пт: 09:00-20:00, сб: 10:00-16:00',
    address: 'Москва ул. Ворошилова 169-171',
    latitude: 55.616371,
    longitude: 37.211893,
  },
  {
    id: '54635060279871e2098b4568',
    name: 'За Казмадан!',
    type: 'Касса: СЛАВИНВЕСТБАНК ООО',
    group: 'verification',
    worktime: 'круглосуточно',
    address: 'Москва ул. маршала Жукова 1',
    latitude: 55.676006,
    longitude: 37.252398,
  },
  {
    id: '54635060279871e2098b4569',
    name: 'Терминал на Тверской',
    type: 'Терминал',
    group: 'replenishment',
    worktime: 'круглосуточно',
    address: 'Москва ул. Тверская 7',
    latitude: 55.757923,
    longitude: 37.611542,
  },
  {
    id: '54635060279871e2098b456a',
    name: 'Офис переводов',
    type: 'Офис',
    group: 'money_transfer',
    worktime: 'пн-вс: 08:00-22:00',
    address: 'Пермь ул. Ленина 50',
    latitude: 58.010455,
    longitude: 56.229443,
  },
];

/** Places (G-25 and the great cities) and locations (G-44 and two more). */
export function seedPlaces(world: World): void {
  for (const [id, title, outer, preset = false] of places) {
    const around = world.places.find((place) => place.id === outer);
    world.places.push({ id, title, inside: around ? [around, ...around.inside] : [], preset } satisfies Place);
  }
  const moscow = world.places.find((place) => place.title === 'Москва');
  const internet = world.services.get(1);
  if (moscow && internet) internet.geo = [moscow];
  world.locations.push(...locations.map((location) => ({ ...location })));
}
