import { expect, test } from 'vitest';
import { maskPerson, maskPhone } from '../../src/graphql/person.ts';

test('A masked phone keeps its country and its end, and hides at least three digits, however short it is.', () => {
  expect(maskPhone('+79261114321')).toBe('+7926•••4321');
  expect(maskPhone('+3725551234')).toBe('+37•••34');
  expect(maskPhone('+2905678')).toBe('+29•••78');
});

test('Of a masked person what tells kinds apart is left: the kind of the document and the country, not the place or the issuer.', () => {
  const person = {
    firstName: 'Ivan',
    birthPlace: 'Oryol',
    documentType: 'Passport',
    passport: '4510765432',
    passportIssuerCode: '570-001',
    country: '643',
  };
  const masked = Object.entries(maskPerson(person)).filter(([, value]) => value !== undefined);
  expect(Object.fromEntries(masked)).toEqual({
    firstName: 'Ivan',
    birthPlace: 'O•••',
    documentType: 'Passport',
    passport: '•••32',
    country: '643',
  });
});
