import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import type { OpenOps } from '../../apps/ops/src/testing/open-ops.js';
import { openOps, passwords } from '../../apps/ops/src/testing/open-ops.js';
import { addOrder, sampleOrder } from '../../apps/ops/src/testing/sample-orders.js';
import { sampleSagas } from '../../apps/ops/src/testing/sample-sagas.js';
import { ownDatabase, testRedisUrl } from '../stores/own-database.js';
import { hasBrowser, howToInstall, openBrowser, visit } from './browser.js';
import { signIn } from './operator.js';

let ops: OpenOps;
let server: Server;
let browser: Browser;
let retrying: string;

const inBrowser = hasBrowser ? describe : describe.skip;

inBrowser(hasBrowser ? 'in a browser' : howToInstall, () => {
  // A browser accepts secure cookies from localhost over HTTP, as with docker compose.
  describe.each([{ secure: false }, { secure: true }])('with secure cookies: $secure', ({ secure }) => {
    beforeAll(async () => {
      ops = await openOps({ mongodbUri: ownDatabase(`ops-session-ended-${secure}`), redisUrl: testRedisUrl(), secure });
      const sagas = sampleSagas(ops.store);
      await addOrder(ops.store, sampleOrder('4711'));
      retrying = await sagas.accept({ order_number: '4711' });
      await sagas.runSaga(retrying, 'unavailable');
      server = ops.app.listen(0, '127.0.0.1');
      browser = await openBrowser();
    }, 60_000);
    afterAll(async () => {
      await browser.close();
      server.close();
      await ops.close();
    });

    test('the text of a form outlives the session: the page stays open, and the text is sent after the login', async () => {
      const { context } = await visit(browser, `http://localhost:${(server.address() as AddressInfo).port}`);
      const page = await signIn(context, { username: 'operator', password: passwords.operator });
      await page.goto(`/sagas/${retrying}`);
      const action = page.locator('details.action', { has: page.getByText('Retry now', { exact: true }) });
      await action.locator('summary').click();
      await action.getByLabel('Reason').fill('a long and careful reason');
      await ops.store.connection.collection('sessions').deleteMany({});

      await page.getByRole('alert').filter({ hasText: 'Your session has ended' }).waitFor();
      expect(page.url()).toContain(`/sagas/${retrying}`);
      await action.getByRole('button', { name: 'Retry now' }).click();
      await page.getByLabel('Username').fill('operator');
      await page.getByLabel('Password').fill(passwords.operator);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('a long and careful reason').waitFor();
      await page.getByRole('button', { name: 'Send' }).click();
      await page.waitForURL((url) => url.pathname === `/sagas/${retrying}`);
      expect(await ops.store.connection.collection('audit').findOne({ saga_id: retrying })).toMatchObject({ action: 'run-now', reason: 'a long and careful reason' });
      await context.close();
    }, 90_000);
  });
});
