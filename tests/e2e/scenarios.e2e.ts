// What people do with the platform from beginning to end, in both languages: give a post a role from a day on, edit a
// list in a spreadsheet program, take back a change, find Japanese words however they are written.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { languages, messages } from '../../web/src/i18n/messages';
import type { Language } from '../../web/src/i18n/messages';
import { breachesOf, hasBrowser, recordRows, signedIn, startBrowser, watchedPage } from './browser';
import type { StorageState, Watched } from './browser';
import { startServer } from './server';
import type { Server } from './server';

type Json = Record<string, unknown>;
const text = (value: unknown) => (typeof value === 'string' ? value : '');

// A workbook as a spreadsheet program would save it after some cells were edited.
function editWorkbook(file: string, edits: readonly (readonly [string, string])[]): void {
  const parts = unzipSync(readFileSync(file));
  const done = new Set<string>();
  for (const [name, bytes] of Object.entries(parts)) {
    if (!name.endsWith('.xml')) continue;
    let xml = strFromU8(bytes);
    for (const [before, after] of edits) {
      if (xml.includes(`>${before}<`)) done.add(before);
      xml = xml.replaceAll(`>${before}<`, `>${after}<`);
    }
    parts[name] = strToU8(xml);
  }
  expect([...done].sort()).toEqual(edits.map(([before]) => before).sort());
  writeFileSync(file, zipSync(parts));
}

describe.skipIf(!hasBrowser)('somebody who works with it', () => {
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

  const open = async (path: string, language: Language): Promise<Watched> => {
    const watched = await watchedPage(browser, server.origin, { language, theme: 'light', width: 1280 }, state);
    await watched.page.goto(`${server.origin}${path}`);
    return watched;
  };
  const close = async (watched: Watched) => {
    expect(watched.errors).toEqual([]);
    expect(await breachesOf(watched)).toEqual([]);
    await watched.context.close();
  };
  const get = async (page: Page, path: string) => (await (await page.request.get(`${server.origin}/api/v1${path}`)).json()) as Json;
  const make = async (page: Page, path: string, data: Json) => {
    const answer = await page.request.post(`${server.origin}/api/v1${path}`, { data: { organisation: 1, ...data }, headers: { Origin: server.origin } });
    expect(answer.status()).toBe(201);
    return (await answer.json()) as Json;
  };

  it.each(languages)('gives a post a role from a day on (%s)', async (language) => {
    const t = messages[language];
    const watched = await open('/roles/D-4', language);
    const { page } = watched;
    const name = language === 'ja' ? '危機管理室長（来期）' : 'Crisis manager of next year';
    const post = await make(page, '/posts', { name });
    await page.reload();
    await page.getByRole('heading', { name: t.rolePeople() }).waitFor();
    await page.getByRole('button', { name: t.assignOpen(), exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('group', { name: t.assignWho() }).getByRole('button', { name: t.assignPost() }).click();
    await dialog.getByRole('combobox', { name: t.assignPost() }).fill(name.slice(0, 6));
    await page.locator('[role="listbox"] [role="option"]').filter({ hasText: name }).first().click();
    await dialog.getByLabel(t.assignFrom()).fill('2127/4/1');
    await dialog.getByRole('button', { name: t.assignConfirm(), exact: true }).click();
    const people = page.locator('section').filter({ has: page.getByRole('heading', { name: t.rolePeople() }) });
    await people.getByRole('link', { name }).waitFor();
    await people.getByText(t.assignSince({ date: '2127-04-01' })).first().waitFor();
    const found = (await get(page, `/assignments?role=D-4&post=${text(post['id'])}`))['items'] as Json[];
    expect(found.map((one) => one['valid_from'])).toEqual(['2127-04-01']);
    // Until that day the post does not carry it; from then on it does.
    const standing = async (day: string) => ((await get(page, `/roles/D-4?on=${day}`))['holders'] as Json[]).filter((one) => one['id'] === post['id']).map((one) => one['standing']);
    expect(await standing('2127-03-31')).toEqual(['future']);
    expect(await standing('2127-04-01')).toEqual(['vacant']); // nobody holds the post yet
    await close(watched);
  });

  it.each(languages)('edits a list in a spreadsheet program and is told which row cannot be taken (%s)', async (language) => {
    const t = messages[language];
    const watched = await open('/alerts', language);
    const { page } = watched;
    const department = `棚卸部${language}`;
    const first = await make(page, '/people', { name: `表 一郎 ${language}`, department, email: `ichiro.${language}@corp.example` });
    const second = await make(page, '/people', { name: `表 二郎 ${language}`, department, joined_on: '2024-05-07' });
    await page.goto(`${server.origin}/records/people?department=${encodeURIComponent(department)}`);
    await recordRows(page).nth(1).waitFor();
    await page.getByRole('button', { name: t.listMore(), exact: true }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: t.exportXlsx() }).click()]);
    expect(download.suggestedFilename()).toMatch(/\.xlsx$/);
    const folder = mkdtempSync(join(tmpdir(), 'hinomi-e2e-xlsx-'));
    try {
      const file = join(folder, 'people.xlsx');
      await download.saveAs(file);
      // One name corrected; the other one emptied, which no person may be without.
      editWorkbook(file, [
        [`表 一郎 ${language}`, `表 壱郎 ${language}`],
        [`表 二郎 ${language}`, ''],
      ]);
      await page.getByRole('button', { name: t.listMore(), exact: true }).click();
      await page.getByRole('menuitem', { name: t.importTitle() }).click();
      await page.locator('input[type="file"]').setInputFiles(file);
      const dialog = page.getByRole('dialog');
      await dialog.locator('ins').getByText(`表 壱郎 ${language}`).waitFor();
      const refused = dialog.getByRole('row').filter({ hasText: t.importRefused() });
      await refused.getByText(language === 'ja' ? '入力してください。' : 'A value is needed.').waitFor();
      expect(await refused.getByRole('checkbox').isDisabled()).toBe(true);
      expect((await get(page, `/people/${text(first['id'])}`))['name']).toBe(`表 一郎 ${language}`);
      await dialog.getByRole('button', { name: t.importConfirm({ rows: 1 }) }).click();
      await page.getByText(t.importDone({ fresh: 0, changed: 1 })).waitFor();
      expect((await get(page, `/people/${text(first['id'])}`))['name']).toBe(`表 壱郎 ${language}`);
      const kept = await get(page, `/people/${text(second['id'])}`);
      expect([kept['name'], kept['joined_on'], kept['version']]).toEqual([`表 二郎 ${language}`, '2024-05-07', 1]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    await close(watched);
  });

  it.each(languages)('takes back what was just changed (%s)', async (language) => {
    const t = messages[language];
    const watched = await open('/alerts', language);
    const { page } = watched;
    const person = await make(page, '/people', { name: `戻 す子 ${language}`, department: '旧部署' });
    await page.goto(`${server.origin}/records/people/${text(person['id'])}`);
    await page.getByRole('button', { name: t.actionChange(), exact: true }).click();
    await page.locator('form').getByLabel(language === 'ja' ? '部署' : 'Department').fill('新部署');
    await page.locator('form').getByRole('button', { name: t.formSave() }).click();
    await page.getByRole('button', { name: t.undoButton() }).click();
    await page.getByText(t.undoDone()).waitFor();
    const now = await get(page, `/people/${text(person['id'])}`);
    expect([now['department'], now['version']]).toEqual(['旧部署', 3]);
    await close(watched);
  });

  it.each(languages)('finds Japanese words however they are written (%s)', async (language) => {
    const watched = await open('/status', language);
    const { page } = watched;
    // Keys are heard as soon as the frame stands.
    await page.getByRole('navigation').getByRole('link').first().waitFor();
    const infected = await make(page, '/posts', { name: `マルウェア感染の一次対応 ${language}` });
    const backdoor = await make(page, '/posts', { name: `バックドア調査班 ${language}` });
    for (const [typed, post] of [
      ['感染', infected],
      ['ﾊﾞｯｸﾄﾞｱ', backdoor],
      ['バックドア', backdoor],
      ['ﾏﾙｳｪｱ', infected],
    ] as const) {
      const id = text(post['id']);
      await page.keyboard.press('Control+k');
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('combobox').fill(typed);
      await dialog.getByRole('option').filter({ hasText: text(post['name']) }).first().click();
      await page.waitForURL(`**/records/posts/${id}`);
      await page.goto(`${server.origin}/records/posts?q=${encodeURIComponent(typed)}`);
      await recordRows(page).filter({ hasText: text(post['name']) }).waitFor();
    }
    await close(watched);
  });
});
