import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { atEnd } from './at-end.ts';

/** Where Debian's package and Google's put it. */
const usual = ['/usr/bin/chromium', '/usr/bin/google-chrome'];
const PATIENCE_MS = 20_000;

/** A Chromium without a window; it is closed when the test file ends. */
export interface TestBrowser {
  /** A page that knows nothing of other tests': no cookies, nothing stored. It is closed when the test ends. */
  newPage(): Promise<TestPage>;
}

/** A page, and what has gone wrong in its scripts. */
export interface TestPage {
  page: Page;
  /** What its scripts threw, and what they complained of on the console. */
  complaints: string[];
}

/** Starts a Chromium that reaches 127.0.0.1 and nothing else. @throws when there is none, and says how to get one */
export async function startBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    // root has no sandbox; the pages are our own
    chromiumSandbox: false,
    args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  });
  atEnd(() => browser.close());
  return { newPage: () => newPage(browser) };
}

/** @param env the environment @param candidates where to look when CHROMIUM_PATH is not set */
export function chromiumPath(env: NodeJS.ProcessEnv = process.env, candidates: readonly string[] = usual): string {
  const given = env['CHROMIUM_PATH'];
  const found = (given ? [given] : candidates).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    `The browser tests need Chromium, and there is none at ${given ?? candidates.join(' or ')}. ` +
      'Install it (Debian: apt-get install -y --no-install-recommends chromium), ' +
      'or set CHROMIUM_PATH to the executable of Chromium or Chrome.',
  );
}

async function newPage(browser: Browser): Promise<TestPage> {
  const context = await browser.newContext({ locale: 'ru-RU' });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, complaints };
}

/** A shop's site. */
export interface TestShop {
  /** Where shoppers come back to. */
  orderUrl: string;
  failureUrl: string;
  /** The address of a checkout that shows another page in an iframe. */
  checkoutUrl(frameUrl: string): string;
}

/** Starts a shop's site on 127.0.0.1; it is stopped when the test file ends. */
export async function startShop(): Promise<TestShop> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
    const frame = searchParams.get('frame');
    const content = frame
      ? `<h1>Оформление заказа</h1><iframe title="Покупка в кредит" width="600" height="1200" src="${attribute(frame)}"></iframe>`
      : '<h1>Спасибо за заказ</h1>';
    const known = ['/checkout', '/order', '/unpaid'].includes(pathname);
    const page = `<!doctype html><html lang="ru"><meta charset="utf-8"><title>Магазин</title><link rel="icon" href="data:,">${content}`;
    response.writeHead(known ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8' }).end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    orderUrl: `${url}/order`,
    failureUrl: `${url}/unpaid`,
    checkoutUrl: (frameUrl) => `${url}/checkout?${new URLSearchParams({ frame: frameUrl })}`,
  };
}

const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
