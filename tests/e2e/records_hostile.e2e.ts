// Hostile text in the fields of records is shown as text: nothing runs, nothing is fetched, nothing moves.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { expectHarmless, hasBrowser, recordRows, signedIn, startBrowser, watchedPage } from './browser';
import type { StorageState } from './browser';
import { attacks, naughtyStrings } from './hostile';
import { startServer } from './server';
import type { Server } from './server';

const limit = 200;

// What the server takes as one line of text; the rest of a record must bear it too.
function lines(): readonly string[] {
  const fit = [...attacks, ...naughtyStrings()].map((text) => [...Buffer.from(text, 'utf8').toString('utf8')].slice(0, limit).join('')).map((text) => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').trim());
  return [...new Set(fit.filter((text) => text !== ''))];
}

describe.skipIf(!hasBrowser)('hostile text in records', () => {
  let server: Server;
  let browser: Browser;
  let state: StorageState;
  let made = 0;

  beforeAll(async () => {
    server = await startServer({ demo: true });
    browser = await startBrowser();
    state = await signedIn(browser, server.loginAddress());
    const { page, context } = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' }, state);
    const send = async (path: string, data: unknown) => {
      const answer = await page.request.post(`${server.origin}/api/v1${path}`, { data, headers: { Origin: server.origin } });
      return answer.ok() ? ((await answer.json()) as { id: string }) : undefined;
    };
    for (const text of lines()) {
      const post = await send('/posts', { name: text, name_en: text, tags: [text.slice(0, 60)], custom: { [text.slice(0, 60)]: text }, organisation: 1 });
      if (!post) continue;
      made += 1;
      if (made % 20 === 0) await send(`/posts/${post.id}/comments`, { text: `${text}\n${text}` });
    }
    await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('stays text in the list and on every record', async () => {
    expect(made).toBeGreaterThan(attacks.length / 2);
    const watched = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' }, state);
    const { page } = watched;
    await page.goto(`${server.origin}/records/posts`);
    await recordRows(page).nth(5).waitFor();
    await expectHarmless(watched);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    for (let index = 0; index < Math.min(made, 120); index += 1) {
      await page.locator('aside dl').first().waitFor();
      if (index % 10 === 0) {
        await page.getByRole('tab', { name: 'History' }).click();
        await page.locator('aside ol li').first().waitFor();
        await expectHarmless(watched);
        await page.getByRole('tab', { name: 'Details' }).click();
      }
      await expectHarmless(watched);
      const before = page.url();
      await page.keyboard.press('j');
      await page.waitForURL((url) => url.href !== before);
    }
    await watched.context.close();
  });

  it('stays text in forms, pickers, the palette and the address', async () => {
    const watched = await watchedPage(browser, server.origin, { language: 'ja', theme: 'dark' }, state);
    const { page } = watched;
    for (const attack of attacks.filter((text) => encodeURIComponent(text).length < 1500).slice(0, 40)) {
      const given = encodeURIComponent(attack);
      await page.goto(`${server.origin}/records/posts?name.has=${given}&tag=${given}&q=${given}&sort=${given}&open=${given}#${attack.slice(0, 40)}`);
      await page.locator('main h1').waitFor();
      await page.getByRole('search').waitFor();
      await expectHarmless(watched);
    }
    await page.goto(`${server.origin}/records/posts`);
    await recordRows(page).first().waitFor();
    await page.keyboard.press('Control+k');
    for (const attack of attacks.slice(0, 20)) {
      await page.getByRole('dialog').getByRole('combobox').fill(attack.slice(0, 500));
      await page.getByRole('option').first().waitFor();
      await expectHarmless(watched);
    }
    await page.keyboard.press('Escape');
    await page.keyboard.press('c');
    await page.getByRole('dialog').getByRole('combobox').last().click();
    await page.locator('[role="listbox"] [role="option"]').first().waitFor();
    await expectHarmless(watched);
    await watched.context.close();
  });

  it('made no report to the server', async () => {
    const watched = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' }, state);
    const status = await watched.page.request.get(`${server.origin}/api/v1/status`);
    expect(((await status.json()) as { csp_reports: number }).csp_reports).toBe(0);
    await watched.context.close();
  });
});
