// Hostile text in every part of an event and of a rule is shown as text: nothing runs, nothing is fetched, nothing moves.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { expectHarmless, hasBrowser, rows, signedIn, startBrowser, watchedPage } from './browser';
import type { StorageState } from './browser';
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
