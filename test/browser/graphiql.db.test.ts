import { expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { startBrowser } from '../support/browser.ts';

/** What a person finds who opens the URL of a gateway that was started with its sandbox. */
const browser = await startBrowser();
const gateway = await startTestApp({ env: { SANDBOX: 'on' } });
const demo = present(gateway.app.demo, 'the demo data');

test('GraphiQL opens with an example and its credential; the run button answers it with the demo’s wallets.', async () => {
  const { page, complaints } = await browser.newPage();
  await page.goto(`${gateway.url}/graphql`);
  const answered = page.waitForResponse(
    (response) => response.request().postData()?.includes('query FirstLook') ?? false,
  );
  await page.getByRole('button', { name: /^Execute query/ }).click();
  const answer = await answered;
  expect(answer.status()).toBe(200);
  const { data } = (await answer.json()) as { data: { wallets: { edges: { node: { id: string } }[] } } };
  const shown = data.wallets.edges.map(({ node }) => node.id);
  expect(shown.sort()).toEqual(demo.wallets.map(({ id }) => id).sort());
  const result = page.getByRole('region', { name: 'Result Window' });
  await result.getByText('"Demo shop"').waitFor();
  expect(complaints).toEqual([]);
});
