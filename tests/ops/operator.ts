import type { BrowserContext, Page } from 'playwright-core';
import { eventually } from '@crossroads/testkit';

/** Signs in with the login form. */
export const signIn = async (context: BrowserContext, { username, password }: { username: string; password: string }): Promise<Page> => {
  const page = await context.newPage();
  await page.goto('/');
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return page;
};

/** Searches with the box at the top. */
export const search = async (page: Page, text: string): Promise<void> => {
  await page.getByRole('searchbox').fill(text);
  await page.getByRole('searchbox').press('Enter');
  await page.waitForURL((url) => url.searchParams.get('q') === text || !url.pathname.endsWith('/sagas'));
};

/** Opens the form of an action, enters the reason and submits the form. */
export const act = async (page: Page, label: string, reason: string): Promise<void> => {
  const action = page.locator('details.action', { has: page.getByText(label, { exact: true }) });
  if ((await action.getAttribute('open')) === null) await action.locator('summary').click();
  await action.getByLabel('Reason').fill(reason);
  await action.getByRole('button', { name: label }).click();
};

/** Waits until the page of a saga shows the status. With scripts the page refreshes itself. */
export const untilStatus = (page: Page, status: string, { reloading }: { reloading: boolean }): Promise<true> =>
  eventually(async () => {
    if (reloading) await page.reload();
    const now = await page.locator('.saga-head [data-testid=status]').textContent();
    if (now !== status) throw new Error(`the status is ${now}, not ${status}`);
    return true as const;
  }, 30_000);
