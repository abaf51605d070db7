// The system's Chromium, headless, with nothing of its own to say to the network; and a page that is watched: every
// request to somebody else, every dialog, error and breach of the content policy is kept.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { expect } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

export const hasBrowser = executablePath !== undefined;
if (!hasBrowser) console.log('SKIPPED: the browser tests need Chromium (package chromium), which is not installed');

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
}

export interface Look {
  readonly language: 'ja' | 'en';
  readonly theme: 'light' | 'dark';
  readonly width?: number;
}

export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly foreign: string[];
  readonly dialogs: string[];
  readonly errors: string[];
  readonly breaches: string[];
}

export type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

// Signs in once; the state opens further pages.
export async function signedIn(browser: Browser, address: string): Promise<StorageState> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForURL('**/alerts');
  const state = await context.storageState();
  await context.close();
  return state;
}

export async function watchedPage(browser: Browser, origin: string, look: Look, state?: StorageState): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1440, height: 900 },
    locale: look.language,
    colorScheme: look.theme,
    ...(state ? { storageState: state } : {}),
  });
  await context.addInitScript(
    ([language, theme]) => {
      if (!localStorage.getItem('hinomi.preferences')) localStorage.setItem('hinomi.preferences', JSON.stringify({ language, theme }));
      const kept: string[] = [];
      Object.assign(window, { policyBreaches: kept });
      document.addEventListener('securitypolicyviolation', (event) => kept.push(`${event.violatedDirective} ${event.blockedURI}`));
    },
    [look.language, look.theme] as const,
  );
  const page = await context.newPage();
  const watched: Watched = { page, context, foreign: [], dialogs: [], errors: [], breaches: [] };
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:') && !url.startsWith('blob:')) watched.foreign.push(url);
  });
  page.on('dialog', (dialog) => {
    watched.dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => watched.errors.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) watched.breaches.push(message.text());
  });
  return watched;
}

export async function breachesOf(watched: Watched): Promise<string[]> {
  const seen = await watched.page.evaluate(() => (window as unknown as { policyBreaches?: string[] }).policyBreaches ?? []);
  return [...watched.breaches, ...seen];
}

export const rows = (page: Page) => page.locator('[data-testid="alert-rows"] [role="row"]');

// Rows of a list of records that are loaded.
export const recordRows = (page: Page) => page.locator('[data-testid="record-rows"] [role="row"][aria-selected]');

// Elements and attributes that only markup out of data could have made.
async function strangers(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const made = 'img, iframe, object, embed, form:not([data-part]), [formaction], base, video, marquee, math, template, details, style:not([data-mantine-styles]), meta[http-equiv]';
    const found = [...document.body.querySelectorAll(made)].map((element) => element.outerHTML.slice(0, 120));
    for (const element of document.body.querySelectorAll('*')) {
      for (const { name } of element.attributes) if (name.startsWith('on')) found.push(`${element.tagName} ${name}`);
    }
    for (const link of document.body.querySelectorAll('a[href]')) {
      if (new URL(link.getAttribute('href') ?? '', location.href).origin !== location.origin) found.push(link.outerHTML.slice(0, 120));
    }
    return found;
  });
}

// Characters that hide or reorder must not reach the page.
async function unseen(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const text = document.body.innerText;
    return [...new Set(text.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g) ?? [])].map((found) => found.codePointAt(0)?.toString(16) ?? '');
  });
}

// Nothing of what a page shows ran, fetched, asked or hid anything.
export async function expectHarmless(watched: Watched): Promise<void> {
  expect(await strangers(watched.page)).toEqual([]);
  expect(await unseen(watched.page)).toEqual([]);
  expect(watched.foreign).toEqual([]);
  expect(watched.dialogs).toEqual([]);
  expect(watched.errors).toEqual([]);
  expect(await breachesOf(watched)).toEqual([]);
}

export const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
export const quantile = (values: number[], part: number) => [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? 0;

// Milliseconds between frames while the list is scrolled by `step` pixels a frame.
export async function framesWhileScrolling(page: Page, list: 'alert-rows' | 'record-rows', step: number, frames: number): Promise<number[]> {
  return page.evaluate(
    ([by, count, id]) =>
      new Promise<number[]>((resolve) => {
        const box = document.querySelector(`[data-testid="${id}"]`);
        const times: number[] = [];
        let last = performance.now();
        const next = (now: number) => {
          times.push(now - last);
          last = now;
          if (times.length > count) resolve(times.slice(1));
          else {
            box?.scrollBy(0, by);
            requestAnimationFrame(next);
          }
        };
        requestAnimationFrame(next);
      }),
    [step, frames, list] as const,
  );
}

// Processor time of the page's main thread, in milliseconds: other work on the machine does not count.
export async function mainThread(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find((metric) => metric.name === 'TaskDuration')?.value ?? 0) * 1000;
  };
}
