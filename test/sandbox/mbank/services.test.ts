import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fee, padded, rubles, toKopecks } from '../../../src/sandbox/mbank/money.ts';
import { Bench, me, otherPhone } from './support.ts';

/** Sections 1.5, 1.7, 1.8, 2.5, 2.8 and 2.10. */

const bench = new Bench();
const names = ({ json }: { json: { data: { name: string }[] } }) => json.data.map(({ name }) => name);

describe('services', () => {
  it('is searched by name, keyword, group in either form, and place', async () => {
    expect(names(await bench.get(`services?name=${encodeURIComponent('пчел')}`))).toEqual(['Билайн']);
    const byNumber = names(await bench.get('services?group_id=3&size=100'));
    expect(byNumber).toEqual(names(await bench.get('services?group_id=53359fb2255c741a749f0c42&size=100')));
    expect(byNumber).toContain('МТС');
    const inPerm = names(await bench.get('services?geo_id=54be73b2b7f47bef910041fe&size=100'));
    expect(inPerm).not.toContain('Мегафон');
    expect(names(await bench.get('services?geo_id=54be73b2b7f47bef910041a8&size=100'))).toContain('Мегафон');
  });

  it('pages a catalogue of 10,000 from 1, with has_next_page to the end', async () => {
    expect(bench.act('services.generate', { count: 10_000 })).toEqual({ services: 10_014 });
    const last = await bench.get('services?size=1000&page=11');
    expect([last.json.data.length, last.json.meta.has_next_page]).toEqual([14, false]);
    const first = await bench.get('services');
    expect([first.json.data.length, first.json.meta.has_next_page]).toEqual([20, true]);
    expect((await bench.get('services/100000')).json.data).toMatchObject({
      id: 100_000,
      parameters: [{ id: 'phoneNumber' }, { id: 'period' }],
    });
  });

  it.each(['errors', 'services', 'groups', 'services/groups'])(
    '%s answers 304 until something changes',
    async (path) => {
      const seen = (await bench.get(path)).json.meta.request_time;
      const again = () => bench.get(`${path}?If-Modified-Since=${seen}`);
      const unchanged = await again();
      expect([unchanged.status, unchanged.text]).toEqual([304, '']);
      const header = { 'if-modified-since': String(seen) };
      expect((await bench.call('GET', path, { auth: me, headers: header })).status).toBe(304);
      expect(
        (await bench.call('GET', path, { auth: me, headers: { 'if-modified-since': new Date().toUTCString() } }))
          .status,
      ).toBe(200);
      if (path === 'services/groups')
        expect((await bench.get(`${path}?size=1&If-Modified-Since=${seen}`)).status).toBe(200);
      bench.control.advance(1_000);
      bench.act('services.status', { id: 834, online: false });
      expect((await again()).status).toBe(200);
    },
  );

  it('knows the operator of a number, and the service of an operator', async () => {
    const of = async (digits: string) => (await bench.get(`services/mobile/${digits}`)).json?.data?.name;
    expect([await of('79261111111'), await of('79031111111'), await of('79991111111')]).toEqual([
      'МегаФон',
      'Билайн',
      'МегаФон',
    ]);
    expect((await bench.get('services/mobile/380501112233')).status).toBe(404);
    expect((await bench.get('services/mnp?provider_id=mts&provider_region_code=ru')).json.data.name).toBe('МТС');
    expect((await bench.get('services/mnp?provider_id=mts&provider_region_code=ua')).status).toBe(404);
  });

  it('suggests what is paid most', async () => {
    for (let n = 0; n < 2; n += 1) {
      const body = { type: 'out', amount: 10, service: 1066, parameters: { phoneNumber: '1' } };
      await bench.pay((await bench.create(body)).json.data.id);
    }
    const { suggestions } = (await bench.get('services')).json.meta;
    expect(suggestions).toHaveLength(5);
    expect(suggestions[0]).toMatchObject({ id: 1066, group: { name: 'Игры и социальные сети' } });
  });

  it('speaks MServer’s dialect behind the other prefix', async () => {
    const { json } = await bench.get('/mbank/mserver2-dev/v1/services/770');
    expect(json.data).toMatchObject({
      min: 2,
      max: 15_000,
      parameters: [{ code: 'phoneNumber', type: 'numeric', max_length: 10 }],
    });
    const found = await bench.call('POST', '/mbank/mserver2-dev/v1/wallet/find', {
      auth: me,
      body: { phones: [otherPhone] },
    });
    expect(found.json.data).toEqual([{ phone: otherPhone }]);
    expect((await bench.get('/mbank/mserver2-dev/v1/invoices')).status).toBe(404);
    const token = (await bench.application())['authorization'] ?? '';
    const services = await bench.call('GET', '/mbank/mserver2-dev/application/services/834', { auth: token });
    expect(services.json.data.id).toBe(834);
  });
});

describe('places', () => {
  it('finds points by circle and square, longitude first', async () => {
    const near = await bench.get('locations?point=37.6115,55.7579&distance=100');
    expect(names(near)).toEqual(['Терминал на Тверской']);
    expect(names(await bench.get('locations?point=55.7579,37.6115&distance=100'))).toEqual([]);
    const square = await bench.get('locations?square=37.0,55.7,37.3,55.6&group=verification');
    expect(names(square)).toEqual(['За Казмадан!']);
  });

  it('shows preset cities, or what the title matches', async () => {
    const titles = async (path: string) =>
      (await bench.get(path)).json.data.map(({ title }: { title: string }) => title);
    expect(await titles('geo')).toEqual(['Москва', 'Санкт-Петербург', 'Нижний Новгород']);
    expect(await titles(`geo?filter_by=title&title=${encodeURIComponent('москвит')}`)).toEqual(['Москвитино']);
  });
});

describe('templates', () => {
  it('keeps values, locks fields, shares public ones', async () => {
    const body = {
      name: 'Мой телефон',
      type: 'public',
      amount: 350.5,
      service_id: 1000,
      parameters: { phoneNumber: '+79001112233' },
      disabled: ['phoneNumber', 'amount'],
    };
    const { id } = (await bench.call('POST', 'payments/templates', { auth: me, body })).json.data;
    const shown = (await bench.get(`payments/templates/${id}`)).json.data;
    expect(shown).toMatchObject({
      name: 'Мой телефон',
      amount: { value: 350.5, disabled: true },
      service: { id: 1000, params: [{ value: '+79001112233', is_disabled: true }] },
    });
    const stranger = await bench.get(
      'payments/templates?type=public&phone=%2B79261111111&service_id=1000',
      await bench.token(),
    );
    expect(stranger.json.data).toHaveLength(1);
    await bench.call('POST', `payments/templates/${id}`, {
      auth: me,
      body: { name: 'Другое', params: { phoneNumber: '+79001112244' } },
    });
    expect((await bench.get(`payments/templates/${id}`)).json.data).toMatchObject({
      name: 'Другое',
      amount: { value: 350.5 },
    });
    await bench.call('DELETE', `payments/templates/${id}`, { auth: me });
    expect((await bench.get(`payments/templates/${id}`)).status).toBe(404);
  });
});

describe('money', () => {
  const kopecks = fc.integer({ min: 0, max: 1_000_000_000_000 });

  it('reads what it prints', () => {
    fc.assert(fc.property(kopecks, (amount) => toKopecks(JSON.parse(rubles(amount).toString())) === amount));
  });

  it('prints no more digits than needed, or always two', () => {
    expect([10_000, 803, 11_050, 5].map((amount) => rubles(amount).toString())).toEqual([
      '100',
      '8.03',
      '110.5',
      '0.05',
    ]);
    expect([10_000, 5].map(padded)).toEqual(['100.00', '0.05']);
  });

  it.each([
    [300, 50, 500, 303],
    [300, 50, 200, 301],
    [300, 50, 100, 301],
    [1_000, 50, 10_000, 1_050],
    [1_000, 50, 1_200_000, 7_000],
    [0, 300, 10_000, 300],
  ])('fee of section 1.5: fix %i, percent %i/100, amount %i is %i', (fix, basisPoints, amount, expected) => {
    expect(fee(amount, { fix, basisPoints })).toBe(expected);
  });

  it('clamps the fee', () => {
    const rate = { fix: 0, basisPoints: 100, min: 1_000, max: 50_000 };
    expect([100, 200_000, 100_000_000].map((amount) => fee(amount, rate))).toEqual([1_000, 2_000, 50_000]);
  });
});
