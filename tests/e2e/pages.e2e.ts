// Every page in both languages and themes: open to everyone (axe), nothing cut off, nothing to scroll sideways.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { hasBrowser, recordRows, rows, signedIn, startBrowser, watchedPage } from './browser';
import type { StorageState } from './browser';
import { cutTexts, graveFaults } from './looks';
import { startServer } from './server';
import type { Server } from './server';


const languages = ['ja', 'en'] as const;
const themes = ['light', 'dark'] as const;

interface PageToSee {
  readonly name: string;
  readonly open: (page: Page, origin: string) => Promise<void>;
  readonly signedOut?: boolean;
}

// Nothing is asked of the server any more, but for the streams.
const settled = (page: Page) => page.waitForFunction(() => document.querySelector('[role="status"] [class*="spinner"]') === null);

const pages: readonly PageToSee[] = [
  {
    name: 'alerts',
    open: async (page, origin) => {
      await page.goto(`${origin}/alerts?level=high`);
      await rows(page).first().waitFor();
      await page.locator('aside button').first().waitFor();
    },
  },
  {
    name: 'alert beside the list',
    open: async (page, origin) => {
      await page.goto(`${origin}/alerts?q=powershell`);
      await rows(page).first().click();
      await page.getByTestId('reason').waitFor();
    },
  },
  {
    name: 'alert as a page',
    open: async (page, origin) => {
      await page.goto(`${origin}/alerts?q=powershell`);
      await rows(page).first().click();
      await page.waitForURL('**open=*');
      await page.goto(`${origin}/alerts/${new URL(page.url()).searchParams.get('open')}`);
      await page.getByTestId('reason').waitFor();
    },
  },
  {
    name: 'histogram as a table',
    open: async (page, origin) => {
      await page.goto(`${origin}/alerts`);
      await rows(page).first().waitFor();
      await page.locator('section[aria-label] > div > button[aria-pressed]').click();
      await page.locator('section table').waitFor();
    },
  },
  {
    name: 'no match',
    open: async (page, origin) => {
      await page.goto(`${origin}/alerts?q=nothing-has-this-name`);
      await page.locator('main h2').last().waitFor();
    },
  },
  {
    name: 'status',
    open: async (page, origin) => {
      await page.goto(`${origin}/status`);
      await page.locator('main table').waitFor();
    },
  },
  {
    name: 'records',
    open: async (page, origin) => {
      await page.goto(`${origin}/records/people`);
      await recordRows(page).nth(3).waitFor();
      await page.locator('aside button').first().waitFor();
    },
  },
  {
    name: 'records chosen',
    open: async (page, origin) => {
      await page.goto(`${origin}/records/people?employment=employee&department.has=${encodeURIComponent('部')}`);
      await recordRows(page).nth(1).getByRole('checkbox').click();
      await page.getByRole('toolbar').waitFor();
    },
  },
  {
    name: 'condition of a list',
    open: async (page, origin) => {
      await page.goto(`${origin}/records/assignments`);
      await recordRows(page).first().waitFor();
      await page.getByRole('search').getByRole('button').last().click();
      await page.getByRole('dialog').locator('form').waitFor();
    },
  },
  {
    name: 'columns of a list',
    open: async (page, origin) => {
      await page.goto(`${origin}/records/posts`);
      await recordRows(page).first().waitFor();
      await page.locator('main header button').nth(1).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  ...(['details', 'history', 'comments', 'relations', 'files'] as const).map((tab) => ({
    name: `record beside the list, ${tab}`,
    open: async (page: Page, origin: string) => {
      await page.goto(`${origin}/records/people`);
      await recordRows(page).nth(1).click();
      await page.waitForURL('**open=*');
      await page.goto(`${page.url()}&tab=${tab}`);
      await page.getByRole('tabpanel').waitFor();
      await page.locator('aside h2').first().waitFor();
      await settled(page);
    },
  })),
  {
    name: 'record as a page',
    open: async (page, origin) => {
      await page.goto(`${origin}/records/people`);
      await recordRows(page).nth(1).click();
      await page.waitForURL('**open=*');
      await page.goto(`${origin}/records/people/${new URL(page.url()).searchParams.get('open')}`);
      await page.locator('h1').waitFor();
      await settled(page);
    },
  },
  {
    name: 'new record',
    open: async (page, origin) => {
      await page.goto(`${origin}/records/people`);
      await recordRows(page).first().waitFor();
      await page.keyboard.press('c');
      await page.getByRole('dialog').locator('form').waitFor();
    },
  },
  {
    name: 'import',
    open: async (page, origin) => {
      await page.goto(`${origin}/records/posts`);
      await recordRows(page).first().waitFor();
      await page.locator('main header button').nth(2).click();
      await page.getByRole('menuitem').last().click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'empty list',
    open: async (page, origin) => {
      await page.goto(`${origin}/records/custom_fields`);
      await page.locator('main h2').last().waitFor();
    },
  },
  {
    name: 'kinds of records',
    open: async (page, origin) => {
      await page.goto(`${origin}/records`);
      await page.locator('main li').first().waitFor();
    },
  },
  {
    name: 'board of roles',
    open: async (page, origin) => {
      await page.goto(`${origin}/roles`);
      await page.getByTestId('role-card').nth(53).waitFor();
    },
  },
  {
    name: 'roles as a list',
    open: async (page, origin) => {
      await page.goto(`${origin}/roles?view=list`);
      await page.locator('tbody tr').nth(53).waitFor();
    },
  },
  {
    name: 'role',
    open: async (page, origin) => {
      await page.goto(`${origin}/roles/B-1`);
      await page.locator('h1').waitFor();
      await settled(page);
    },
  },
  {
    name: 'assigning a role',
    open: async (page, origin) => {
      await page.goto(`${origin}/roles/B-1`);
      await page.locator('main section h2 button').first().click();
      await page.getByRole('dialog').locator('form').waitFor();
    },
  },
  {
    name: 'inbox',
    open: async (page, origin) => {
      await page.goto(`${origin}/inbox`);
      await page.locator('main h1').waitFor();
      await settled(page);
    },
  },
  {
    name: 'jobs',
    open: async (page, origin) => {
      await page.goto(`${origin}/jobs`);
      await page.locator('main h1, main h2').first().waitFor();
    },
  },
  {
    name: 'own account',
    open: async (page, origin) => {
      await page.goto(`${origin}/account`);
      await page.getByTestId('session').first().waitFor();
      await settled(page);
    },
  },
  {
    name: 'new token',
    open: async (page, origin) => {
      await page.goto(`${origin}/account`);
      await page.getByTestId('session').first().waitFor();
      await page.locator('main section').last().getByRole('button').first().click();
      await page.getByRole('dialog').locator('fieldset li').nth(3).waitFor();
    },
  },
  {
    name: 'app for codes',
    open: async (page, origin) => {
      await page.goto(`${origin}/account`);
      await page.getByTestId('session').first().waitFor();
      await page.locator('main section').nth(2).getByRole('button').first().click();
      await page.getByTestId('totp-secret').waitFor();
    },
  },
  {
    name: 'account of a person',
    open: async (page, origin) => {
      await page.goto(`${origin}/records/people?q=${encodeURIComponent('見張')}`);
      await recordRows(page).first().click();
      await page.waitForURL('**open=*');
      await page.goto(`${origin}/records/people/${new URL(page.url()).searchParams.get('open')}?tab=account`);
      await page.getByRole('tabpanel').getByRole('button').first().click();
      await page.getByRole('dialog').locator('form').waitFor();
    },
  },
  {
    name: 'first steps',
    open: async (page, origin) => {
      await page.goto(`${origin}/checklist`);
      await page.getByTestId('todo-roles').waitFor();
    },
  },
  {
    name: 'invitation without its code',
    signedOut: true,
    open: async (page, origin) => {
      await page.goto(`${origin}/invitation`);
      await page.locator('main p').first().waitFor();
    },
  },
  {
    name: 'palette',
    open: async (page, origin) => {
      await page.goto(`${origin}/status`);
      await page.locator('main table').waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('a');
      await page.getByRole('option').first().waitFor();
      await settled(page);
    },
  },
  {
    name: 'help',
    open: async (page, origin) => {
      await page.goto(`${origin}/status`);
      await page.locator('main table').waitFor();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'no such page',
    open: async (page, origin) => {
      await page.goto(`${origin}/no/such/page`);
      await page.locator('h2').waitFor();
    },
  },
  {
    name: 'no such alert',
    open: async (page, origin) => {
      await page.goto(`${origin}/alerts/00000000000000000000000000`);
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'sign-in',
    signedOut: true,
    open: async (page, origin) => {
      await page.goto(`${origin}/login`);
      await page.locator('main ol').waitFor();
    },
  },
];

describe.skipIf(!hasBrowser)('every page', () => {
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

  for (const language of languages) {
    for (const theme of themes) {
      for (const page of pages) {
        it(`is open to everyone and whole: ${page.name}, ${language}, ${theme}`, async () => {
          const watched = await watchedPage(browser, server.origin, { language, theme, width: theme === 'light' ? 1280 : 1440 }, page.signedOut ? undefined : state);
          await page.open(watched.page, server.origin);
          // The picture that is judged is one at rest.
          await watched.page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined))).then(() => undefined));
          expect(await cutTexts(watched.page)).toEqual([]);
          expect(await graveFaults(watched.page)).toEqual([]);
          await watched.context.close();
        });
      }
    }
  }
});
