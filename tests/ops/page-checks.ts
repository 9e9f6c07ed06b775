import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** Returns serious accessibility violations of a page, in light and in dark colors. */
export const accessibilityViolations = async (page: Page): Promise<string[]> => {
  const serious: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
    for (const { id, impact, nodes } of violations) {
      if (impact === 'serious' || impact === 'critical') serious.push(`${page.url()} ${colorScheme} ${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  return serious;
};

/** Writes screenshots of the page to docs/ in light and dark colors if SCREENSHOTS is set. They contain times, so each run changes them. */
export const screenshots = async (page: Page, name: string, height = 860): Promise<void> => {
  if (!process.env['SCREENSHOTS']) return;
  const before = page.viewportSize()!;
  await page.setViewportSize({ width: before.width, height });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `docs/${name}-${colorScheme}.png` });
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
};
