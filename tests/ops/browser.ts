import { existsSync } from 'node:fs';
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { chromium } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

export const hasBrowser = existsSync(executablePath);

/** Printed when the browser is missing. */
export const howToInstall = `NOT TESTED IN A BROWSER: there is no ${executablePath}. Install it with: apt-get install --yes chromium`;

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });

export interface Visit {
  context: BrowserContext;
  /** Requests to other hosts. */
  foreignRequests: string[];
  /** Script errors and violations of the content security policy. */
  browserErrors: string[];
}

/** Opens a browser context of its own and records its problems. */
export const visit = async (browser: Browser, home: string, options: BrowserContextOptions = {}): Promise<Visit> => {
  const context = await browser.newContext({ baseURL: home, viewport: { width: 1280, height: 860 }, ...options });
  const foreignRequests: string[] = [];
  const browserErrors: string[] = [];
  const { host } = new URL(home);
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.host !== host) foreignRequests.push(request.url());
  });
  context.on('weberror', (error) => browserErrors.push(String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) browserErrors.push(message.text());
  });
  return { context, foreignRequests, browserErrors };
};
