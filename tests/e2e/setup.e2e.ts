// The first start: an empty server, an organisation and its administrator, and signing in again with the password.
import { afterEach, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { hasBrowser, startBrowser, watchedPage } from './browser';
import { startServer } from './server';
import type { Server } from './server';

const words = {
  ja: { organisation: '名称', person: '氏名', login: 'サインイン名', password: 'パスワード', again: 'パスワード（確認）', go: '設定を完了', out: 'サインアウト', in: 'サインイン', wrong: /一致しない/, short: /12 文字以上にして/, done: /初期設定は完了/, todo: /はじめの手順/, todoDone: '完了', todoOpen: '未完了', demo: 'デモ会社を追加する' },
  en: { organisation: 'Name', person: 'Your name', login: 'Sign-in name', password: 'Password', again: 'Password again', go: 'Finish setting up', out: 'Sign out', in: 'Sign in', wrong: /do not match/, short: /at least 12 characters/, done: /set up already/, todo: /First steps/, todoDone: 'done', todoOpen: 'open', demo: 'Add the demo company' },
} as const;
const secret = 'umi-no-mieru-oka 42';

describe.skipIf(!hasBrowser)('the first start', () => {
  let server: Server | undefined;
  let browser: Browser | undefined;
  afterEach(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const language of ['ja', 'en'] as const) {
    it(`makes an organisation and lets its administrator in, now and later: ${language}`, async () => {
      const t = words[language];
      server = await startServer({});
      browser = await startBrowser();
      const { page, foreign, dialogs, breaches, context } = await watchedPage(browser, server.origin, { language, theme: 'light', width: 1280 });
      await page.goto(server.setupAddress() ?? '');
      const field = (name: string) => page.getByLabel(new RegExp(`^${name.replace(/[()]/g, '.')}(必須|needed)?$`));
      await field(t.organisation).fill('空見野精機株式会社');
      await field(t.person).fill('佐藤 花子');
      await field(t.login).fill('sato');
      await field(t.password).fill('short');
      await field(t.again).fill('short');
      await page.getByRole('button', { name: t.go }).click();
      await page.getByText(t.short).first().waitFor();
      await field(t.password).fill(secret);
      await field(t.again).fill(secret);
      await page.getByRole('button', { name: t.go }).click();
      // What is left to do comes first; the board is one step away.
      await page.waitForURL('**/checklist');
      await page.getByTestId('todo-organisation').getByText(t.todoDone, { exact: true }).waitFor();
      await page.getByTestId('todo-people').getByText(t.todoOpen, { exact: true }).waitFor();
      await page.getByRole('navigation').getByRole('link', { name: t.todo }).waitFor();
      await page.getByTestId('todo-roles').getByRole('link').click();
      await page.waitForURL('**/roles');
      await page.getByTestId('role-card').nth(53).waitFor();
      // The secret is nowhere left, and the page is of no more use.
      expect(page.url()).not.toContain('secret');
      await page.getByRole('button', { name: t.out }).click();
      await page.waitForURL('**/login');
      await page.goto(`${server.origin}/setup`);
      await page.getByText(t.done).waitFor();
      await page.goto(`${server.origin}/login`);
      await field(t.login).fill('sato');
      await field(t.password).fill('not the password');
      await page.getByRole('button', { name: t.in, exact: true }).click();
      await page.getByText(t.wrong).waitFor();
      await field(t.password).fill(secret);
      await page.getByRole('button', { name: t.in, exact: true }).click();
      // Looking after people gives no alerts.
      await page.waitForURL('**/roles');
      await page.goto(`${server.origin}/records/people`);
      await page.getByText('佐藤 花子').first().waitFor();
      expect({ foreign, dialogs, breaches }).toEqual({ foreign: [], dialogs: [], breaches: [] });
      await context.close();
    });
  }

  it('brings the demo company where it was asked for', async () => {
    const t = words.en;
    server = await startServer({});
    browser = await startBrowser();
    const { page } = await watchedPage(browser, server.origin, { language: 'en', theme: 'light', width: 1280 });
    await page.goto(server.setupAddress() ?? '');
    const field = (name: string) => page.getByLabel(new RegExp(`^${name}(needed)?$`));
    await field(t.organisation).fill('Toyo Denki');
    await field(t.person).fill('Hanako Sato');
    await field(t.login).fill('sato');
    await field(t.password).fill(secret);
    await field(t.again).fill(secret);
    await page.getByLabel(t.demo).check();
    await page.getByRole('button', { name: t.go }).click();
    await page.waitForURL('**/checklist');
    await page.goto(`${server.origin}/records/organisations`);
    await page.getByText('空見野精機株式会社').first().waitFor();
    await page.getByText('Toyo Denki').first().waitFor();
    // Its people are marked, and stand apart from one's own.
    await page.goto(`${server.origin}/records/people`);
    await page.getByText('Hanako Sato').first().waitFor();
    expect(await page.getByText('見張 守').count()).toBe(0);
    await page.getByRole('search').getByRole('button').last().click();
    await page.getByRole('button', { name: 'Show demo records' }).click();
    await page.getByText('見張 守').first().waitFor();
    expect(await page.getByText('Hanako Sato').count()).toBe(0);
  });
});
