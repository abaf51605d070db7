// 100,000 people: the list of records stays a list. Times are printed; they are judged only by ./dev bench
// (HINOMI_JUDGE=1), since other work on the machine counts in here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { framesWhileScrolling, hasBrowser, mainThread, median, quantile, recordRows, signedIn, startBrowser, watchedPage } from './browser';
import type { StorageState } from './browser';
import { startServer } from './server';
import type { Server } from './server';

const people = 100_000;
const rowHeight = 33;
const isJudged = process.env['HINOMI_JUDGE'] === '1';
const firstRowsMs = 1000;
const frameMs = 17;

describe.skipIf(!hasBrowser)('100,000 records', () => {
  let server: Server;
  let browser: Browser;
  let state: StorageState;

  beforeAll(async () => {
    server = await startServer({ demo: true, people });
    browser = await startBrowser();
    state = await signedIn(browser, server.loginAddress());
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('show their first rows soon', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'ja', theme: 'light' }, state);
    for (const kind of ['cold', 'warm']) {
      const started = performance.now();
      await page.goto(`${server.origin}/records/people`, { waitUntil: 'commit' });
      await recordRows(page).first().waitFor();
      const taken = performance.now() - started;
      console.log(`first rows of ${people} records, ${kind}: ${Math.round(taken)} ms`);
      if (isJudged) expect(taken).toBeLessThanOrEqual(firstRowsMs);
    }
    expect(Number(((await page.locator('h1 + span').textContent()) ?? '').replace(/\D/g, ''))).toBeGreaterThanOrEqual(people);
    await context.close();
  });

  it('scroll without a jolt, and load what comes into view', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'en', theme: 'dark' }, state);
    await page.goto(`${server.origin}/records/people`);
    await recordRows(page).first().waitFor();
    const busy = await mainThread(page);
    for (const step of [120, 700]) {
      const before = await busy();
      const times = await framesWhileScrolling(page, 'record-rows', step, 120);
      const own = ((await busy()) - before) / times.length;
      console.log(
        `records, frames while scrolling ${step} px each: p50 ${median(times).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms; ` +
          `the page itself worked ${own.toFixed(1)} ms a frame`,
      );
      if (isJudged) expect(median(times)).toBeLessThanOrEqual(frameMs);
    }
    expect(await page.locator('[data-testid="record-rows"] [role="row"]').count()).toBeLessThan(80);
    await page.evaluate((to) => document.querySelector('[data-testid="record-rows"]')?.scrollTo(0, to), rowHeight * 99_000);
    await page.locator('[aria-rowindex="99002"][aria-selected]').waitFor();
    await context.close();
  });

  it('are sorted and narrowed without being loaded', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' }, state);
    await page.goto(`${server.origin}/records/people?sort=name`);
    await recordRows(page).first().waitFor();
    const started = performance.now();
    await page.getByRole('complementary', { name: 'Filters' }).getByRole('button').first().click();
    await page.waitForURL(/employment=/);
    await recordRows(page).first().waitFor();
    console.log(`narrowed by a facet: ${Math.round(performance.now() - started)} ms`);
    await page.getByRole('checkbox', { name: 'Select all that match' }).click();
    await page.getByRole('button', { name: 'Change a field' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Preview' }).click();
    // More than can be changed at once: said, not tried.
    await page.getByRole('dialog').getByText(/Too many at once|A value is needed/).waitFor();
    await context.close();
  });
});
