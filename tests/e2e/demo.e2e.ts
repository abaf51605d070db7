// The way of a newcomer: sign in, see alerts of the demo company arrive, find one, read why it was raised.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { breachesOf, hasBrowser, rows, signedIn, startBrowser, watchedPage } from './browser';
import type { StorageState } from './browser';
import { startServer } from './server';
import type { Server } from './server';

describe.skipIf(!hasBrowser)('the demo company', () => {
  let server: Server;
  let browser: Browser;
  let state: StorageState;

  beforeAll(async () => {
    server = await startServer({ demo: true });
    browser = await startBrowser();
    state = await signedIn(browser, server.loginAddress());
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('lets a browser in once, and takes the ticket out of the address', async () => {
    const address = server.loginAddress();
    const first = await watchedPage(browser, server.origin, { language: 'ja', theme: 'light' });
    await first.page.goto(address);
    await first.page.waitForURL('**/alerts');
    expect(first.page.url()).not.toContain('ticket');
    await first.page.goBack().catch(() => undefined);
    expect(first.page.url()).not.toContain('ticket');

    const second = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' });
    await second.page.goto(address);
    await second.page.getByRole('alert').getByText('has been used already').waitFor();
    expect(second.page.url()).toBe(`${server.origin}/login`);
    await second.page.goto(`${server.origin}/alerts`);
    await second.page.waitForURL('**/login');
    await second.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await first.context.close();
    await second.context.close();
  });

  it('shows alerts that arrive, without anything being reloaded', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'ja', theme: 'light' }, state);
    await page.goto(`${server.origin}/alerts`);
    await rows(page).first().waitFor();
    const before = await rows(page).count();
    await page.waitForFunction((known) => document.querySelectorAll('[data-testid="alert-rows"] [role="row"]').length > known, before, { timeout: 90_000 });
    await page.getByText('デモ', { exact: true }).first().waitFor();
    await context.close();
  });

  it('counts new alerts instead of moving rows under the pointer', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'en', theme: 'dark' }, state);
    await page.goto(`${server.origin}/alerts`);
    await rows(page).first().waitFor();
    await rows(page).nth(1).hover();
    await page.mouse.move(600, 360);
    const first = await rows(page).first().textContent();
    const pill = page.getByRole('button', { name: /\d+ new alerts?/ });
    await pill.waitFor({ timeout: 90_000 });
    expect(await rows(page).first().textContent()).toBe(first);
    await pill.click();
    await page.waitForFunction((known) => document.querySelector('[data-testid="alert-rows"] [role="row"]')?.textContent !== known, first);
    await context.close();
  });

  it('filters by typing, by facet and by the address', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' }, state);
    await page.goto(`${server.origin}/alerts`);
    await rows(page).first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('powershell');
    await page.waitForURL('**/alerts?q=powershell');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.waitForURL('**/alerts');
    await page.getByRole('complementary', { name: 'Filters' }).getByRole('button', { name: /high/i }).click();
    await page.waitForURL('**/alerts?level=high');
    await page.waitForFunction(() => [...document.querySelectorAll('[data-testid="alert-rows"] [role="row"]')].every((row) => /^high/i.test(row.textContent ?? '')));
    await page.goBack();
    await page.waitForURL('**/alerts');
    await page.goto(`${server.origin}/alerts?q=nothing-has-this-name`);
    await page.getByText('No alert matches').waitFor();
    await context.close();
  });

  it('zooms in by dragging over the histogram, and back', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' }, state);
    await page.goto(`${server.origin}/alerts`);
    const chart = page.getByRole('img', { name: /steps? of time/ });
    await chart.waitFor();
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.1, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.4, box.y + 20, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/from=.*to=/);
    const { searchParams } = new URL(page.url());
    expect(Date.parse(searchParams.get('to') ?? '')).toBeGreaterThan(Date.parse(searchParams.get('from') ?? ''));
    await page.getByRole('button', { name: 'Whole time' }).click();
    await page.waitForURL('**/alerts');
    await context.close();
  });

  it('tells why: the sentence, what held, what did not, the event and the rule', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'ja', theme: 'light' }, state);
    await page.goto(`${server.origin}/alerts?q=powershell`);
    await rows(page).first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const flyout = page.getByRole('complementary', { name: 'アラートの詳細' });
    await flyout.getByTestId('reason').getByText('条件を満たしました').waitFor();
    await flyout.getByRole('img', { name: '成立', exact: true }).first().waitFor();
    await flyout.getByRole('img', { name: '不成立' }).first().waitFor();
    expect(await flyout.locator('mark').count()).toBeGreaterThan(0);
    await flyout.getByRole('heading', { name: 'イベントのフィールド' }).waitFor();
    await flyout.getByRole('region', { name: 'ルールの定義' }).getByText('detection').first().waitFor();
    await page.keyboard.press('o');
    await page.waitForURL(/\/alerts\/[0-9a-z]{26}$/);
    await page.getByTestId('reason').waitFor();
    await context.close();
  });

  it('changes language, theme and zone at once, and keeps them', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'ja', theme: 'light' }, state);
    await page.goto(`${server.origin}/alerts`);
    await page.getByRole('button', { name: '言語' }).click();
    await page.getByRole('menuitemradio', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Alerts' }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.waitForFunction(() => document.documentElement.dataset['mantineColorScheme'] === 'dark');
    await page.getByRole('button', { name: 'Time zone: JST' }).click();
    await page.getByRole('menuitemradio', { name: /^UTC/ }).click();
    await page.getByRole('columnheader', { name: 'First seen (UTC)' }).waitFor();
    await page.reload();
    await page.getByRole('columnheader', { name: 'First seen (UTC)' }).waitFor();
    expect(await page.getAttribute('html', 'data-mantine-color-scheme')).toBe('dark');
    await context.close();
  });

  it('is worked by keys alone, and not by keys of a conversion', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' }, state);
    await page.goto(`${server.origin}/alerts`);
    await rows(page).first().waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '?', isComposing: true, bubbles: true })));
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.waitForURL('**/status');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.waitForURL('**/alerts');
    await context.close();
  });

  it('shares one stream between tabs and hands it on', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' }, state);
    await page.goto(`${server.origin}/status`);
    await page.getByText('Live', { exact: true }).first().waitFor();
    const other = await context.newPage();
    let streams = 0;
    other.on('request', (request) => (streams += request.url().endsWith('/stream') ? 1 : 0));
    await other.goto(`${server.origin}/status`);
    await other.getByText('Live', { exact: true }).first().waitFor();
    expect(streams).toBe(0);
    const taken = other.waitForRequest('**/api/v1/stream');
    await page.close();
    await taken;
    await other.getByText('Live', { exact: true }).first().waitFor();
    await context.close();
  });

  it('breaks no content policy on any page, with its menus and dialogs open', async () => {
    const watched = await watchedPage(browser, server.origin, { language: 'ja', theme: 'dark' }, state);
    const { page } = watched;
    await page.goto(`${server.origin}/alerts`);
    await rows(page).first().click();
    await page.getByTestId('reason').waitFor();
    await page.getByRole('button', { name: '言語' }).click();
    await page.getByRole('menuitemradio', { name: 'English' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'キーボードショートカット' }).click();
    await page.getByRole('dialog').waitFor();
    await page.goto(`${server.origin}/status`);
    await page.getByRole('heading', { name: '稼働状況' }).waitFor();
    expect(await breachesOf(watched)).toEqual([]);
    expect(watched.errors).toEqual([]);
    expect(watched.foreign).toEqual([]);
    await watched.context.close();
  });

  it('says that the server is gone, and goes on by itself when it is back', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' }, state);
    await page.goto(`${server.origin}/alerts`);
    const mark = page.getByRole('banner');
    await mark.getByText('Live', { exact: true }).waitFor();
    await rows(page).first().waitFor();
    const before = await rows(page).count();
    await server.restart(async () => {
      await mark.getByText('Connection lost, retrying').waitFor();
      expect(await rows(page).count()).toBe(before);
    });
    await mark.getByText('Live', { exact: true }).waitFor();
    await context.close();
  });
});
