import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServiceParameter } from '../../src/connectors/catalogue.ts';
import { checkParameters } from '../../src/connectors/parameters.ts';

const parameter = (about: Partial<ServiceParameter>): ServiceParameter => ({
  id: 'p',
  title: 'P',
  type: 'STRING',
  required: true,
  hidden: false,
  disabled: false,
  minLength: null,
  maxLength: null,
  rangeStart: null,
  rangeEnd: null,
  patterns: [],
  options: [],
  defaultValue: null,
  suggestedValues: [],
  ...about,
});
const international = parameter({
  type: 'PHONE',
  minLength: 12,
  maxLength: 12,
  patterns: [{ pattern: '^\\+7[0-9]{10}$', description: 'с +7' }],
});
const national = parameter({ type: 'PHONE', minLength: 10, maxLength: 10 });

describe('the parameters of a payment', () => {
  it.each(['9267101283', '+79267101283', '79267101283', '89267101283', '+7 (926) 710-12-83'])(
    'have a phone %s in the form that the service wants',
    (value) => {
      expect(checkParameters([international], { p: value })).toEqual({ values: { p: '+79267101283' }, issues: [] });
      expect(checkParameters([national], { p: value })).toEqual({ values: { p: '9267101283' }, issues: [] });
    },
  );

  it.each<[string, Partial<ServiceParameter>, string, string]>([
    ['missing', {}, '  ', '"P" is required.'],
    ['too short', { minLength: 3 }, 'ab', '"P" is shorter than 3 characters.'],
    ['too long', { maxLength: 3 }, 'abcd', '"P" is longer than 3 characters.'],
    ['longer than anything sensible', {}, 'a'.repeat(513), '"P" is longer than 512 characters.'],
    [
      'not of the form',
      { patterns: [{ pattern: '^\\d+$', description: null }] },
      'x',
      '"P" does not have the form that the service asks for.',
    ],
    [
      'not of the form, in its own words',
      { patterns: [{ pattern: '^\\d+$', description: '10 цифр' }] },
      'x',
      '"P": 10 цифр',
    ],
    ['not offered', { type: 'SELECT', options: [{ code: '1', value: 'a' }] }, '2', '"P" is one of 1.'],
    ['no address', { type: 'EMAIL' }, 'nobody', '"P" is an e-mail address.'],
  ])('are refused when a value is %s', (_what, about, value, message) => {
    expect(checkParameters([parameter(about)], { p: value }).issues).toEqual([{ parameterId: 'p', message }]);
  });

  it('are refused when the service knows nothing of one', () => {
    expect(checkParameters([], { other: '1' }).issues).toEqual([
      { parameterId: 'other', message: 'The service has no such parameter.' },
    ]);
  });

  it('match any of several patterns, and a pattern that cannot be compiled says nothing', () => {
    const patterns = ['^\\d{10}$', '^\\d{16}$', '(['].map((pattern) => ({ pattern, description: null }));
    const accepts = (value: string) => checkParameters([parameter({ patterns })], { p: value }).issues.length === 0;
    expect([accepts('1'.repeat(10)), accepts('1'.repeat(16)), accepts('1'.repeat(12))]).toEqual([true, true, false]);
    expect(
      checkParameters([parameter({ patterns: [{ pattern: '([', description: null }] })], { p: 'x' }).issues,
    ).toEqual([]);
  });

  it('take the preset of a field that the payer cannot see or change, and leave an optional one out', () => {
    const hidden = parameter({ id: 'h', hidden: true, defaultValue: 'preset' });
    const optional = parameter({ id: 'o', required: false, defaultValue: 'offered' });
    expect(checkParameters([hidden, optional], {})).toEqual({ values: { h: 'preset' }, issues: [] });
  });

  it('never send a value that was not checked', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (given) => {
        const { values, issues } = checkParameters([international], given);
        expect(Object.keys(values).every((id) => id === 'p')).toBe(true);
        return issues.length > 0 || /^\+7[0-9]{10}$/.test(values['p'] ?? '');
      }),
    );
  });
});
