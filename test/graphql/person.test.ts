import { expect, test } from 'vitest';
import { maskPhone } from '../../src/graphql/person.ts';

test('A masked phone keeps its country and its end, and hides at least three digits, however short it is.', () => {
  expect(maskPhone('+79261114321')).toBe('+7926•••4321');
  expect(maskPhone('+3725551234')).toBe('+37•••34');
  expect(maskPhone('+2905678')).toBe('+29•••78');
});
