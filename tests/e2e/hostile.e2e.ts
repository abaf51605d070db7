// Hostile text in every part of an event and of a rule is shown as text: nothing runs, nothing is fetched, nothing moves.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { breachesOf, hasBrowser, rows, signedIn, startBrowser, watchedPage } from './browser';
import type { StorageState, Watched } from './browser';
import { attacks, naughtyStrings } from './hostile';
import { folderOf, ruleFolder, startServer } from './server';
import type { Server } from './server';

const rule = `title: <img src=x onerror=alert('title')> "\u202eeltit
id: 5f0f4a0e-1c6b-4a3e-9d0e-0000000000e2
status: test
level: critical
description: |
  <script>alert('description')</script>
  second line
author: <b onclick=alert(1)>author</b>
tags: [attack.t1059.001, attack.execution]
falsepositives: ['<iframe src="http://attacker.invalid">']
logsource: {category: process_creation, product: windows}
detection:
  selection:
    EventID: 1
    CommandLine|contains: e2e
  never:
    Image: '<svg onload=alert(1)>'
  condition: selection and not never
`;

// Each attack once as the entity, and all of them as names and values of fields, some in each event.
function hostileEvents(texts: readonly string[]): unknown[] {
  const perEvent = Math.ceil(texts.length / attacks.length);
  return attacks.map((attack, index) => {
    const event: Record<string, unknown> = {
      EventID: 1,
      Channel: 'Microsoft-Windows-Sysmon/Operational',
      Provider_Name: 'Microsoft-Windows-Sysmon',
      Computer: attack.slice(0, 900),
      Image: attack,
      User: attack,
      CommandLine: `e2e ${attack}`,
    };
    texts.slice(index * perEvent, (index + 1) * perEvent).forEach((text, at) => {
      event[`field${at}`] = text;
      if (text !== '__proto__') event[text.slice(0, 200)] = `named ${at}`;
    });
    return event;
  });
}

// Elements and attributes that only markup out of data could have made.
async function strangers(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const made = 'img, iframe, object, embed, form, base, video, marquee, math, template, details, style:not([data-mantine-styles]), meta[http-equiv]';
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

describe.skipIf(!hasBrowser)('hostile text', () => {
  let server: Server;
  let browser: Browser;
  let state: StorageState;
  const rules = ruleFolder(rule);
  // No logs, so that the reason names them once more.
  const files = folderOf(attacks, '\x7fELF\0\0\0\0');

  beforeAll(async () => {
    server = await startServer({ rules: rules.path, follow: files.path });
    browser = await startBrowser();
    state = await signedIn(browser, server.loginAddress());
    await server.send(hostileEvents([...attacks, ...naughtyStrings()]));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rules.remove();
    files.remove();
  });

  async function expectHarmless(watched: Watched) {
    expect(await strangers(watched.page)).toEqual([]);
    expect(await unseen(watched.page)).toEqual([]);
    expect(watched.foreign).toEqual([]);
    expect(watched.dialogs).toEqual([]);
    expect(watched.errors).toEqual([]);
    expect(await breachesOf(watched)).toEqual([]);
  }

  it('stays text in the list, the facets and every alert', async () => {
    const watched = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' }, state);
    const { page } = watched;
    await page.goto(`${server.origin}/alerts`);
    // Entities that are cut or repaired alike share an alert.
    await page.waitForFunction((least) => Number((document.querySelector('h1 + span')?.textContent ?? '0').replace(/\D/g, '')) >= least, attacks.length - 4, { timeout: 60_000 });
    await page.mouse.move(600, 500);
    await expectHarmless(watched);
    const total = Number(((await page.locator('h1 + span').textContent()) ?? '0').replace(/\D/g, ''));
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const seen = new Set<string>();
    for (let index = 0; index < total; index += 1) {
      await page.waitForFunction((known) => { const open = new URL(location.href).searchParams.get('open'); return open !== null && !known.includes(open); }, [...seen]);
      seen.add(new URL(page.url()).searchParams.get('open') ?? '');
      await page.getByTestId('reason').waitFor();
      await page.locator('aside table td').first().waitFor();
      await page.evaluate(() => {
        for (const button of document.querySelectorAll<HTMLElement>('aside button')) if (button.textContent?.startsWith('Show all')) button.click();
      });
      await expectHarmless(watched);
      if (index + 1 < total) await page.keyboard.press('j');
    }
    expect(seen.size).toBe(total);
    await watched.context.close();
  });

  it('stays text on the page of an alert, in Japanese too', async () => {
    const watched = await watchedPage(browser, server.origin, { language: 'ja', theme: 'dark' }, state);
    const { page } = watched;
    await page.goto(`${server.origin}/alerts?entity=${encodeURIComponent(attacks[2] ?? '')}`);
    await rows(page).first().click();
    await page.keyboard.press('o');
    await page.getByRole('heading', { level: 1 }).getByText('<img src=x').waitFor();
    await page.locator('pre').first().waitFor();
    await page.locator('main').hover();
    await expectHarmless(watched);
    await watched.context.close();
  });

  it('stays text in the address', async () => {
    const watched = await watchedPage(browser, server.origin, { language: 'en', theme: 'dark' }, state);
    // The server takes no longer address.
    for (const attack of attacks.filter((text) => encodeURIComponent(text).length < 4000)) {
      const given = encodeURIComponent(attack);
      await watched.page.goto(`${server.origin}/alerts?q=${given}&rule=${given}&open=${given}#${attack.slice(0, 50)}`);
      await watched.page.locator('aside[aria-label] [role="alert"]').waitFor({ timeout: 15_000 }).catch((error: unknown) => {
        throw new Error(`no answer for ${JSON.stringify(attack)}: ${String(error)}`);
      });
      await expectHarmless(watched);
    }
    await watched.context.close();
  });

  it('stays text in the names of followed files', async () => {
    const watched = await watchedPage(browser, server.origin, { language: 'en', theme: 'light' }, state);
    const { page } = watched;
    await page.goto(`${server.origin}/status`);
    const shown = page.getByRole('region', { name: /^follow: / }).locator('tbody tr');
    await expect.poll(() => shown.count(), { timeout: 30_000 }).toBe(Math.min(files.made, 50));
    await page.getByText(`: ${Math.min(files.made, 50)} files need attention`).waitFor();
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
