import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@crossroads/testkit';
import type { Browser, Page } from 'playwright-core';
import type { SandboxInfo } from '../../apps/sandbox/src/sandbox-info.js';
import { callerOf } from '../sandbox/caller.js';
import type { RunningSandbox } from '../sandbox/run-sandbox.js';
import { runSandbox } from '../sandbox/run-sandbox.js';
import { hasBrowser, howToInstall, openBrowser, visit } from './browser.js';
import { act, search, signIn, untilStatus } from './operator.js';
import { accessibilityViolations, screenshots } from './page-checks.js';

if (!hasBrowser) process.stderr.write(`\n${howToInstall}\n\n`);
const inBrowser = hasBrowser ? describe : describe.skip;

let sandbox: RunningSandbox;
let face: SandboxInfo;
let browser: Browser;

beforeAll(async () => {
  if (!hasBrowser) return;
  [sandbox, browser] = await Promise.all([runSandbox({ DISPATCH_ATTEMPTS: '2', DISPATCH_FIRST_DELAY_MS: '300' }), openBrowser()]);
  face = await sandbox.info();
  // Adds a rejected and a requested reset to the list.
  for (const [index, reply] of [[14, 'reject'], [15, 'requested']] as const) {
    const order = face.orders[index]!;
    await behave(order.order_number, reply);
    await callerOf(face, order).reset({ order_number: order.order_number });
  }
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await sandbox?.stop();
}, 60_000);

const behave = (order_number: string, reply: string, times?: number) =>
  fetch(`${face.destination_url}/behave`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ order_number, reply, times }) });

/** Creates a reset that stops, because its destination returns 503. */
const stoppedReset = async (index: number) => {
  const order = face.orders[index]!;
  await behave(order.order_number, 'unavailable', 2);
  const caller = callerOf(face, order);
  const reply = await caller.reset({ order_number: order.order_number });
  expect((await caller.outcome(reply)).status).toBe('error');
  return { ...order, saga_id: reply.log!.saga_id };
};

const textOf = (page: Page, selector: string) => page.locator(selector).textContent();

inBrowser(hasBrowser ? 'the operator pages' : howToInstall, () => {
  describe.each([
    { scripts: true, first: 0 },
    { scripts: false, first: 3 },
  ])('with scripts: $scripts', ({ scripts, first }) => {
    test('an operator finds a stopped reset by its order number, resumes it, and recovers the order', async () => {
      const order = await stoppedReset(first);
      const { context, foreignRequests, browserErrors } = await visit(browser, face.ops_url, { javaScriptEnabled: scripts });
      const page = await signIn(context, face.operator);

      await search(page, order.order_number);
      expect(page.url()).toBe(`${face.ops_url}/sagas/${order.saga_id}`);
      expect(await textOf(page, '.saga-head [data-testid=error]')).toMatch(/503.*destination\.unavailable.*dispatch-reset/);
      if (scripts) await screenshots(page, 'saga', 1_150);

      await act(page, 'Resume', 'They are back');
      await untilStatus(page, 'synced', { reloading: !scripts });
      await page.reload();
      expect(await page.locator('[data-testid=audit]').first().textContent()).toContain('They are back');

      await page.getByRole('link', { name: 'All resets of this order' }).click();
      expect(await textOf(page, '.properties')).toMatch(/NO_PROGRESS.*BOLs0Executed drops0/);
      await page.goBack();
      await act(page, 'Recover', 'It was executed after all');
      await page.waitForURL((url) => url.pathname !== `/sagas/${order.saga_id}`);
      expect(await textOf(page, '.saga-head')).toContain('recover_order');
      await untilStatus(page, 'synced', { reloading: !scripts });

      await page.goto(`/orders/${order.order_id}`);
      expect(await textOf(page, '.properties')).toMatch(/COMPLETE.*BOLs1Executed drops1/);
      expect(await page.getByRole('link', { name: 'a recovery' }).count()).toBe(1);
      if (scripts) await screenshots(page, 'order');
      await page.goto(`/audit?saga=${order.saga_id}`);
      expect(await page.locator('[data-testid=audit]').count()).toBe(2);
      expect({ foreignRequests, browserErrors }).toEqual({ foreignRequests: [], browserErrors: [] });
      await context.close();
    }, 90_000);

    test('an operator resumes several stopped resets at once after a confirmation', async () => {
      const orders = await Promise.all([stoppedReset(first + 1), stoppedReset(first + 2)]);
      const { context, foreignRequests } = await visit(browser, face.ops_url, { javaScriptEnabled: scripts });
      const page = await signIn(context, face.operator);
      await page.goto('/sagas?show=attention');
      if (scripts) {
        await page.goto('/sagas');
        await screenshots(page, 'sagas');
        await page.goto('/sagas?show=attention');
        const boxes = await page.locator('input[name=saga]').all();
        for (const box of boxes) await box.check();
        await page.getByRole('button', { name: `Apply to ${boxes.length} selected…` }).click();
      } else {
        expect(await page.getByRole('button', { name: 'Apply to selected…' }).count()).toBe(1);
        await page.getByRole('button', { name: /^Apply to all \d+ matching…/ }).click();
      }
      expect(await textOf(page, 'h1')).toMatch(/Resume: (\d) of \1 resets/);
      await page.getByLabel('Reason').fill('They are back');
      await page.getByRole('button', { name: /^Resume \d$/ }).click();
      await eventually(async () => {
        if (!scripts) await page.reload();
        return (await textOf(page, '[data-testid=bulk-state]')) === 'done';
      });
      expect(await page.locator('[data-testid=bulk-item] .pill.good').count()).toBeGreaterThanOrEqual(2);
      for (const { saga_id } of orders) {
        await page.goto(`/sagas/${saga_id}`);
        await untilStatus(page, 'synced', { reloading: !scripts });
      }
      expect(foreignRequests).toEqual([]);
      await context.close();
    }, 90_000);

    test('a viewer sees every page and cannot act', async () => {
      const order = await stoppedReset(first + 6);
      const { context } = await visit(browser, face.ops_url, { javaScriptEnabled: scripts });
      const page = await signIn(context, face.viewer);
      await search(page, order.order_number);
      expect(await textOf(page, '.saga-head [data-testid=error]')).toContain('destination.unavailable');
      for (const path of [`/sagas/${order.saga_id}`, '/sagas', '/destinations', '/bulk']) {
        await page.goto(path);
        expect(await page.locator('main form[method=post], main .action, .bulk-bar').count()).toBe(0);
      }
      for (const action of ['resume', 'recover', 'terminate', 'runNow']) {
        const rejected = await page.request.post(`/sagas/${order.saga_id}/${action}`, { headers: { origin: face.ops_url }, form: { reason: 'because', expected_epoch: '0' } });
        expect(rejected.status()).toBe(403);
      }
      await context.close();
    }, 60_000);
  });

  test('no page has a serious accessibility violation', async () => {
    const { context, foreignRequests, browserErrors } = await visit(browser, face.ops_url);
    const page = await signIn(context, face.operator);
    await search(page, face.orders[0]!.order_number);
    const [order] = face.orders;
    const violations: string[] = [];
    const bulk = await page.goto('/bulk').then(() => page.locator('tbody a').first().getAttribute('href'));
    await page.goto(`/orders/${order!.order_id}`);
    const saga = await page.locator('tbody th a').last().getAttribute('href');
    const sagaId = saga!.split('/').at(-1);
    const paths = ['/', '/sagas', '/sagas?q=no-such-order', saga!, `/orders/${order!.order_id}`, '/destinations', '/audit', '/bulk', bulk!, `/bulk/new?action=recover&scope=selected&saga=${sagaId}`, '/nowhere'];
    for (const path of paths) {
      await page.goto(path);
      violations.push(...(await accessibilityViolations(page)));
      if (path === '/destinations') await screenshots(page, 'destinations');
      if (path === '/') await screenshots(page, 'overview');
      if (path === '/audit') await screenshots(page, 'audit');
    }
    const unauthenticated = await visit(browser, face.ops_url);
    const login = await unauthenticated.context.newPage();
    await login.goto('/login');
    violations.push(...(await accessibilityViolations(login)));
    expect(violations).toEqual([]);
    expect({ foreignRequests, browserErrors }).toEqual({ foreignRequests: [], browserErrors: [] });
  }, 90_000);

  test('a page fits a phone', async () => {
    const { context } = await visit(browser, face.ops_url, { viewport: { width: 390, height: 800 } });
    const page = await signIn(context, face.operator);
    for (const path of ['/', '/sagas', '/destinations', '/audit']) {
      await page.goto(path);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    }
    await context.close();
  }, 60_000);
});
