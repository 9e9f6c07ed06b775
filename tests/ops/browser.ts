import { existsSync } from 'node:fs';
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { chromium } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

export const browserIsThere = existsSync(executablePath);

/** What to say loudly where it is not. */
export const howToGetIt = `NOT TESTED IN A BROWSER: there is no ${executablePath}. Get it with: apt-get install --yes chromium`;

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });

export interface Visitor {
  context: BrowserContext;
  /** Requests for any other host than ours. */
  strays: string[];
  /** What went wrong in the pages' own scripts, and what the content policy stopped. */
  complaints: string[];
}

/** Somebody at a screen of their own. */
export const visit = async (browser: Browser, home: string, options: BrowserContextOptions = {}): Promise<Visitor> => {
  const context = await browser.newContext({ baseURL: home, viewport: { width: 1280, height: 860 }, ...options });
  const strays: string[] = [];
  const complaints: string[] = [];
  const { host } = new URL(home);
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.host !== host) strays.push(request.url());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text());
  });
  return { context, strays, complaints };
};
