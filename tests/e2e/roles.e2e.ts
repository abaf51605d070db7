// The 54 roles: all of them, in both languages, with who carries them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { hasBrowser, signedIn, startBrowser, watchedPage } from './browser';
import type { StorageState } from './browser';
import { startServer } from './server';
import type { Server } from './server';

describe.skipIf(!hasBrowser)('the board of roles', () => {
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

  for (const language of ['ja', 'en'] as const) {
    it(`shows 54 of 54 in nine categories, and 64 services: ${language}`, async () => {
      const { page, context } = await watchedPage(browser, server.origin, { language, theme: 'light', width: 1280 }, state);
      await page.goto(`${server.origin}/roles`);
      await page.getByTestId('role-card').nth(53).waitFor();
      const cards = await page.getByTestId('role-card').allInnerTexts();
      expect(cards.length).toBe(54);
      const codes = cards.map((card) => /^([A-I]-\d+)\s+(\S.*)/.exec(card));
      expect(codes.every((found) => found !== null)).toBe(true);
      expect(new Set(codes.map((found) => found?.[1])).size).toBe(54);
      expect(new Set(codes.map((found) => found?.[2])).size).toBe(54);
      // Japanese names in Japanese, English ones in English.
      for (const found of codes) expect(/[\u3040-\u30ff\u4e00-\u9fff]/.test(found?.[2] ?? '')).toBe(language === 'ja');
      expect(await page.locator('main section h2').count()).toBe(9);
      await page.getByRole('combobox', { name: language === 'ja' ? '体系' : 'Catalogue' }).selectOption('itu-t-x1060');
      await page.waitForURL(/catalogue=itu-t-x1060/);
      await page.waitForFunction(() => document.querySelectorAll('[data-testid="role-card"]').length === 64);
      await page.goto(`${server.origin}/roles?view=list`);
      await page.locator('tbody tr').nth(53).waitFor();
      expect(await page.locator('tbody tr').count()).toBe(54);
      await context.close();
    });
  }

  it('is narrowed by words and by who carries a role', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' }, state);
    await page.goto(`${server.origin}/roles`);
    await page.getByTestId('role-card').first().waitFor();
    await page.getByRole('searchbox').fill('forensics');
    await page.waitForURL(/q=forensics/);
    await page.waitForFunction(() => {
      const cards = [...document.querySelectorAll('[data-testid="role-card"]')];
      return cards.length === 2 && cards.every((card) => /forensics/i.test(card.textContent ?? ''));
    });
    await page.goto(`${server.origin}/roles?sourcing=nobody`);
    await page.waitForFunction(() => {
      const cards = [...document.querySelectorAll('[data-testid="role-card"]')];
      return cards.length > 0 && cards.length < 54 && cards.every((card) => card.textContent?.includes('Nobody'));
    });
    await context.close();
  });

  it('lets somebody take a role on, and give it up', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' }, state);
    await page.goto(`${server.origin}/roles?sourcing=nobody`);
    const card = page.getByTestId('role-card').first();
    await card.waitFor();
    const code = /^([A-I]-\d+)/.exec(await card.innerText())?.[1] ?? '';
    await card.click();
    await page.waitForURL(`**/roles/${code}`);
    await page.getByText('Nobody carries this role.').waitFor();
    await page.getByRole('button', { name: 'Assign', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Assign', exact: true }).click();
    await dialog.getByText('A value is needed').waitFor();
    await dialog.getByRole('combobox', { name: 'Person' }).fill('火の見');
    await page.locator('[role="listbox"] [role="option"]').first().click();
    await dialog.getByLabel('From').fill('2020/1/1');
    await dialog.getByRole('button', { name: 'Assign', exact: true }).click();
    const people = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Who carries it' }) });
    await people.getByRole('link', { name: '火の見 太郎' }).waitFor();
    await people.getByText('from 2020-01-01').waitFor();
    await page.goto(`${server.origin}/roles?q=${code}`);
    await page.getByTestId('role-card').filter({ hasText: '火の見 太郎' }).first().getByText('In-house').waitFor();
    await page.goto(`${server.origin}/roles/${code}`);
    await people.getByRole('button', { name: /End the assignment/ }).click();
    await page.getByText('Nobody carries this role.').waitFor();
    await context.close();
  });

  it('says plainly what is planned and what is not measured, and where work comes from and goes to', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'ja', theme: 'light' }, state);
    await page.goto(`${server.origin}/roles?state=planned`);
    await page.getByTestId('role-card').first().click();
    await page.getByRole('note').getByText('計画中').waitFor();
    await page.getByText('未測定').first().waitFor();
    await page.goto(`${server.origin}/roles/B-1`);
    await page.getByRole('heading', { level: 1, name: 'リアルタイム基本分析' }).waitFor();
    await page.getByRole('link', { name: 'B-2' }).first().click();
    await page.waitForURL('**/roles/B-2');
    await page.getByRole('heading', { level: 1, name: 'リアルタイム高度分析' }).waitFor();
    await context.close();
  });

  it('keeps a rating with its reason', async () => {
    const { page, context } = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' }, state);
    await page.goto(`${server.origin}/roles/C-1`);
    await page.getByRole('button', { name: 'Rate', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Now').selectOption('2');
    await dialog.getByLabel('Goal').selectOption('4');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('A value is needed').waitFor();
    await dialog.getByLabel('Reason').fill('no procedure');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('now 2, goal 4').waitFor();
    await context.close();
  });
});
