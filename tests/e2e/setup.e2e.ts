// The first start: an empty server, an organisation and its administrator, and signing in again with the password.
import { afterEach, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { hasBrowser, startBrowser, watchedPage } from './browser';
import { startServer } from './server';
import type { Server } from './server';

const words = {
  ja: { organisation: '名称', person: '氏名', login: 'サインイン名', password: 'パスワード', again: 'パスワード（確認）', go: '設定を完了', out: 'サインアウト', in: 'サインイン', wrong: /一致しない/, short: /12 文字以上にして/, done: /初期設定は完了/ },
  en: { organisation: 'Name', person: 'Your name', login: 'Sign-in name', password: 'Password', again: 'Password again', go: 'Finish setting up', out: 'Sign out', in: 'Sign in', wrong: /do not match/, short: /at least 12 characters/, done: /set up already/ },
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
      await page.waitForURL('**/alerts');
      await page.goto(`${server.origin}/records/people`);
      await page.getByText('佐藤 花子').first().waitFor();
      expect({ foreign, dialogs, breaches }).toEqual({ foreign: [], dialogs: [], breaches: [] });
      await context.close();
    });
  }
});
