// What a page owes to everyone: no grave fault that axe finds, no text cut off.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const fromWeb = createRequire(fileURLToPath(new URL('../../web/package.json', import.meta.url)));
const axeSource = readFileSync(fromWeb.resolve('axe-core/axe.min.js'), 'utf8');

export async function graveFaults(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const results = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (context: unknown, options: unknown) => Promise<AxeResults> } };
    return axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
  });
  return results.violations
    .filter((fault) => fault.impact === 'serious' || fault.impact === 'critical')
    .map((fault) => `${fault.id}: ${fault.help}: ${fault.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
}

// Texts of our own that do not fit: what comes from data may be cut with "…" and shows itself whole in a tip.
export async function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const cut: string[] = [];
    if (document.documentElement.scrollWidth > window.innerWidth) cut.push('the page scrolls sideways');
    const chosen = 'button, a, h1, h2, h3, th, dt, kbd, label, summary, [role="columnheader"], nav *, header *';
    for (const element of document.querySelectorAll<HTMLElement>(chosen)) {
      if (element.closest('.unseen, [title], svg') || element.querySelector('bdi') || element.closest('bdi')) continue;
      if (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== 'auto') {
        cut.push(`${element.tagName} "${(element.textContent ?? '').slice(0, 40)}" ${element.scrollWidth} > ${element.clientWidth}`);
      }
    }
    // Times, levels and counts in rows are ours too.
    for (const cell of document.querySelectorAll<HTMLElement>('[data-testid="alert-rows"] [role="gridcell"]')) {
      if (!cell.querySelector('bdi') && cell.scrollWidth > cell.clientWidth + 1) cut.push(`cell "${cell.textContent ?? ''}"`);
    }
    return cut;
  });
}
