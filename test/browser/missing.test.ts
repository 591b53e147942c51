import { expect, test } from 'vitest';
import { chromiumPath } from '../support/browser.ts';

test('Where there is no Chromium, the tests fail and say how to get one.', () => {
  const remedy = /apt-get install .*chromium.*CHROMIUM_PATH/;
  expect(() => chromiumPath({ CHROMIUM_PATH: '/nowhere/chromium' })).toThrow(/none at \/nowhere\/chromium/);
  expect(() => chromiumPath({ CHROMIUM_PATH: '/nowhere/chromium' })).toThrow(remedy);
  expect(() => chromiumPath({}, ['/nowhere/a', '/nowhere/b'])).toThrow(/none at \/nowhere\/a or \/nowhere\/b/);
});
