import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** What is serious on the page for somebody who sees, hears or types otherwise; in light and in dark, because colours differ. */
export const seriousFindings = async (page: Page): Promise<string[]> => {
  const findings: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
    for (const { id, impact, nodes } of violations) {
      if (impact === 'serious' || impact === 'critical') findings.push(`${page.url()} ${colorScheme} ${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  return findings;
};

/** Writes the page into docs/, light and dark; only when SCREENSHOTS asks for it, since each run would differ by its times. */
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
