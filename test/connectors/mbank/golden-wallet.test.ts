import { describe, expect, it } from 'vitest';
import { rub } from './golden.ts';
import { bench, goldenTests, play, value } from './golden-play.ts';

goldenTests();

describe('general and wallet', () => {
  it('G-01 errors.list', async () => {
    expect(await play('G-01', ({ dictionaries }, call) => dictionaries?.errorTexts(call))).toMatchSnapshot();
  });
  it('G-02 options.get', async () => {
    expect(await play('G-02', ({ dictionaries }, call) => dictionaries?.options?.(call))).toMatchSnapshot();
  });
  it('G-03 wallet.create', async () => {
    const open = { phone: '+79261111111', password: 'password' };
    expect(value(await play('G-03', (c, call) => c.wallets?.open?.(call, open)))).toMatchSnapshot();
  });
  it('G-04 wallet.activate', async () => {
    const input = { phone: '+79261111111', code: '242321' };
    expect(value(await play('G-04', (c, call) => c.wallets?.activate?.(call, input)))).toBeNull();
  });
  it('G-05 wallet.resend_code', async () => {
    expect(
      value(await play('G-05', (c, call) => c.wallets?.resendCode?.(call, { phone: '+79261111111' }))),
    ).toMatchSnapshot();
  });
  it('G-06 wallet.send_password_reset_code', async () => {
    const input = { phone: '+79261111111' };
    expect(
      value(await play('G-06', (c, call) => c.credentials?.requestPasswordReset?.(call, input))),
    ).toMatchSnapshot();
  });
  it('G-07 wallet.reset_password', async () => {
    const input = { code: '934879', password: 'PassWord', phone: '+79261111111' };
    expect(value(await play('G-07', (c, call) => c.credentials?.resetPassword?.(call, input)))).toBeNull();
  });
  it('G-08 wallet.get', async () => {
    expect(await play('G-08', (c, call) => c.wallets?.load(call))).toMatchSnapshot();
    expect(bench.balances).toEqual([rub(123_700n)]);
  });
  it('G-10 wallet.person.set', async () => {
    const person = {
      lastName: 'Арсеньев',
      firstName: 'Алексей',
      middleName: 'Александрович',
      passport: '2202 655885',
      passportIssuedAt: '2012-02-27',
      inn: '330500938709',
      snils: '112-233-445 95',
      birthDate: null,
    };
    expect(value(await play('G-10', (c, call) => c.identification?.submit?.(call, person)))).toMatchSnapshot();
  });
  it('G-11 wallet.person.get', async () => {
    expect(await play('G-11', (c, call) => c.identification?.load?.(call))).toMatchSnapshot();
  });
  it('G-13 wallet.picture.delete', async () => {
    expect(value(await play('G-13', (c, call) => c.profiles?.removePicture?.(call)))).toBeNull();
  });
  it('G-14 wallet.find', async () => {
    const contacts = [{ phone: '+79990000000' }, { phone: '+79260000001' }, { phone: '+79260000002' }];
    expect(await play('G-14', (c, call) => c.contacts?.find(call, contacts))).toEqual(['+79990000000', '+79260000002']);
  });
  it('G-15 wallet.replenishment_points', async () => {
    expect(await play('G-15', (c, call) => c.locations?.replenishmentPoints?.(call))).toMatchSnapshot();
  });
  it('G-16 wallet.settings.set', async () => {
    const input = { email: 'test@wallet.best', statementPeriod: 'DAY' as const };
    expect(value(await play('G-16', (c, call) => c.profiles?.setSettings?.(call, input)))).toBeNull();
  });
  it('G-17 wallet.status.webhook', async () => {
    const input = { phone: '+12345675578', level: 'SIMPLIFIED' as const };
    expect(value(await play('G-17', (c, call) => c.identification?.vouch?.(call, input)))).toBeNull();
  });
});

describe('services and geography', () => {
  it('G-18 services.list', async () => {
    expect(await play('G-18', (c, call) => c.services?.list(call, {}))).toMatchSnapshot();
  });
  it('G-19 groups.list', async () => {
    expect(await play('G-19', (c, call) => c.services?.categories?.(call))).toMatchSnapshot();
  });
  it('G-20 services.groups', async () => {
    expect(await play('G-20', (c, call) => c.services?.groups?.(call))).toMatchSnapshot();
  });
  it('G-21 services.get', async () => {
    expect(await play('G-21', (c, call) => c.services?.get(call, '42'))).toMatchSnapshot();
  });
  it('G-22 services.mnp', async () => {
    expect(
      await play('G-22', (c, call) => c.services?.forOperator?.(call, { operator: 'beline', region: 'ru' })),
    ).toMatchSnapshot();
  });
  it('G-23 services.mobile', async () => {
    expect(await play('G-23', (c, call) => c.services?.forPhone?.(call, '+79261111111'))).toMatchSnapshot();
  });
  it('G-24 services.order', async () => {
    expect(value(await play('G-24', (c, call) => c.services?.request?.(call, '%SERVICE TITLE%')))).toEqual({
      reference: '2006929',
    });
  });
  it('G-25 geo.search', async () => {
    expect(await play('G-25', (c, call) => c.locations?.places?.(call, 'москв'))).toMatchSnapshot();
  });
});
