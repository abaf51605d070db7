// Records from their declarations, as somebody works with them: find, register, change, take back, see as it was.
import { writeFileSync } from 'node:fs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { breachesOf, hasBrowser, recordRows, signedIn, startBrowser, watchedPage } from './browser';
import type { StorageState } from './browser';
import { startServer } from './server';
import type { Server } from './server';

type Json = Record<string, unknown>;

describe.skipIf(!hasBrowser)('records', () => {
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

  const open = async (path: string, language: 'ja' | 'en' = 'en') => {
    const watched = await watchedPage(browser, server.origin, { language, theme: 'light', width: 1280 }, state);
    await watched.page.goto(`${server.origin}${path}`);
    return watched;
  };
  const api = (page: Page) => ({
    get: async (path: string) => (await (await page.request.get(`${server.origin}/api/v1${path}`)).json()) as Json,
    send: async (method: 'POST' | 'PATCH', path: string, data: Json, headers: Record<string, string> = {}) => {
      const answer = await page.request.fetch(`${server.origin}/api/v1${path}`, { method, data, headers: { Origin: server.origin, 'Content-Type': 'application/json', ...headers } });
      if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
      return (await answer.json()) as Json;
    },
  });
  const person = (page: Page, values: Json) => api(page).send('POST', '/people', { organisation: 1, ...values });
  const flyout = (page: Page) => page.getByRole('complementary', { name: 'Record' });
  const details = (page: Page) => flyout(page).locator('dl').first();

  it('are found by facet, condition, words and address', async () => {
    const { page, context } = await open('/alerts');
    await page.getByRole('navigation').getByRole('link', { name: 'People' }).click();
    await recordRows(page).nth(5).waitFor();
    await page.getByRole('complementary', { name: 'Filters' }).getByRole('button', { name: /Supplier/ }).click();
    await page.waitForURL(/employment=supplier_staff/);
    await page.waitForFunction(() => [...document.querySelectorAll('[data-testid="record-rows"] [aria-selected]')].every((row) => row.textContent?.includes('Supplier')));
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByRole('button', { name: 'Condition', exact: true }).click();
    await page.getByLabel('Field', { exact: true }).selectOption('department');
    await page.getByLabel('Value', { exact: true }).fill('経理');
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
    await page.waitForURL(/department\.has=/);
    await page.waitForFunction(() => {
      const shown = [...document.querySelectorAll('[data-testid="record-rows"] [aria-selected]')];
      return shown.length > 0 && shown.every((row) => row.textContent?.includes('経理'));
    });
    await page.goBack();
    await page.waitForURL((url) => !url.search.includes('department'));
    await page.keyboard.press('/');
    await page.keyboard.type('no-such-person');
    await page.getByText('Nothing matches').waitFor();
    await context.close();
  });

  it('stand in columns that a person chooses, orders and widens, and that stay so', async () => {
    const { page, context } = await open('/records/people');
    await recordRows(page).first().waitFor();
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Joined on' }).check();
    await page.getByRole('checkbox', { name: 'Reading' }).uncheck();
    await page.getByRole('button', { name: 'Move Joined on to the left' }).click();
    await page.getByRole('dialog', { name: 'Columns' }).getByRole('button', { name: 'Close' }).click();
    const heads = () => page.getByRole('columnheader').allInnerTexts();
    const before = (await heads()).map((head) => head.trim()).filter((head) => head !== '');
    expect(before.indexOf('Joined on')).toBe(before.length - 2);
    expect(before).not.toContain('Reading');
    const handle = page.getByRole('separator', { name: 'Width of Department' });
    const width = async () => (await handle.locator('..').boundingBox())?.width ?? 0;
    const narrow = await width();
    await handle.focus();
    for (let at = 0; at < 4; at += 1) await page.keyboard.press('ArrowRight');
    expect(await width()).not.toBe(narrow);
    await page.reload();
    await recordRows(page).first().waitFor();
    expect((await heads()).map((head) => head.trim()).filter((head) => head !== '')).toEqual(before);
    await page.getByRole('columnheader', { name: /^Name/ }).first().getByRole('button').click();
    await page.waitForURL(/sort=name/);
    await page.getByRole('columnheader', { name: /^Name/ }).first().getByRole('button').click();
    await page.waitForURL(/sort=-name/);
    await context.close();
  });

  it('are registered, with what is wrong said at the field, and changed, and changed back by Z', async () => {
    const watched = await open('/records/people');
    const { page, context } = watched;
    await recordRows(page).first().waitFor();
    await page.keyboard.press('c');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Register' }).click();
    await dialog.getByText('A value is needed').waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-invalid') === 'true');
    await dialog.locator('[aria-invalid="true"]').fill('登録 花子');
    await dialog.getByLabel('Joined on').fill('２０２６/４/１');
    await dialog.getByRole('button', { name: 'Register' }).click();
    await flyout(page).getByRole('heading', { name: '登録 花子' }).waitFor();
    await details(page).getByText('2026-04-01').waitFor();
    await flyout(page).getByRole('button', { name: 'Edit', exact: true }).click();
    await flyout(page).locator('form').getByLabel('Department').fill('監査部');
    await flyout(page).locator('form').getByRole('button', { name: 'Save' }).click();
    await details(page).getByText('監査部').waitFor();
    await page.keyboard.press('z');
    await page.getByText('Undone.').waitFor();
    await page.waitForFunction(() => !document.querySelector('aside dl')?.textContent?.includes('監査部'));
    expect(watched.errors).toEqual([]);
    expect(await breachesOf(watched)).toEqual([]);
    await context.close();
  });

  it('show every change word by word, and themselves as they were known', async () => {
    const { page, context } = await open('/alerts');
    const made = await person(page, { name: '履歴 太郎', department: '経理部 第一課' });
    await api(page).send('PATCH', `/people/${String(made['id'])}`, { department: '経理部 第二課' }, { 'If-Match': '"1"', 'X-Hinomi-Reason': encodeURIComponent('組織改正') });
    await page.goto(`${server.origin}/records/people/${String(made['id'])}?tab=history`);
    const change = page.locator('article ol li').first();
    await change.getByText('組織改正').waitFor();
    expect(await change.locator('del').allInnerTexts()).toEqual(['一']);
    expect(await change.locator('ins').allInnerTexts()).toEqual(['二']);
    await page.locator('article ol li').nth(1).getByRole('button', { name: 'See it as of then' }).click();
    await page.getByText('As it was known at').waitFor();
    await page.getByRole('tab', { name: 'Details' }).click();
    await page.locator('article dl').first().getByText('経理部 第一課').waitFor();
    expect(page.url()).toContain('as_of=');
    await page.getByRole('button', { name: 'Back to now' }).click();
    await page.locator('article dl').first().getByText('経理部 第二課').waitFor();
    await context.close();
  });

  it('put two changes at once to the person instead of losing one', async () => {
    const { page, context } = await open('/alerts');
    const made = await person(page, { name: '競合 次郎', department: '製造部' });
    await page.goto(`${server.origin}/records/people?open=${String(made['id'])}`);
    await flyout(page).getByRole('button', { name: 'Edit', exact: true }).click();
    await api(page).send('PATCH', `/people/${String(made['id'])}`, { department: '法務部', phone: '03-0000', name_kana: 'きょうごう' }, { 'If-Match': '"1"' });
    // The news of it have come: what is edited stays on the version that it began with.
    await page.waitForFunction(() => [...document.querySelectorAll('[data-testid="record-rows"] [aria-selected]')].some((row) => row.textContent?.includes('きょうごう')));
    await flyout(page).locator('form').getByLabel('Department').fill('品質部');
    await flyout(page).locator('form').getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Somebody else changed this meanwhile').waitFor();
    await dialog.getByText('法務部').waitFor();
    await dialog.getByText('品質部').waitFor();
    await dialog.getByRole('button', { name: 'Save the choice' }).click();
    await details(page).getByText('品質部').waitFor();
    await details(page).getByText('03-0000').waitFor();
    expect((await api(page).get(`/people/${String(made['id'])}`))['version']).toBe(3);
    await context.close();
  });

  it('are changed many at once after a preview, and changed back', async () => {
    const { page, context } = await open('/alerts');
    for (const at of [1, 2, 3]) await person(page, { name: `一括 ${at}`, department: '一括部' });
    await page.goto(`${server.origin}/records/people?department=${encodeURIComponent('一括部')}`);
    await recordRows(page).nth(2).waitFor();
    await recordRows(page).nth(0).getByRole('checkbox').click();
    await recordRows(page).nth(2).getByRole('checkbox').click({ modifiers: ['Shift'] });
    await page.getByText('3 selected').waitFor();
    await page.getByRole('button', { name: 'Change a field' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Field', { exact: true }).selectOption('department');
    await dialog.getByLabel('New value').fill('新しい部');
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByText('3 of 3 records will be changed').waitFor();
    expect((await api(page).get(`/people?department=${encodeURIComponent('新しい部')}`))['total']).toBe(0);
    await dialog.getByRole('button', { name: 'Apply to 3' }).click();
    await page.getByText('3 changed, 0 refused').waitFor();
    expect((await api(page).get(`/people?department=${encodeURIComponent('新しい部')}`))['total']).toBe(3);
    await page.keyboard.press('z');
    await page.getByText('Undone.').waitFor();
    expect((await api(page).get(`/people?department=${encodeURIComponent('一括部')}`))['total']).toBe(3);
    // All that match, whether loaded or not.
    await page.goto(`${server.origin}/records/people?department=${encodeURIComponent('一括部')}`);
    await page.getByRole('checkbox', { name: 'Select all that match' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Apply to 3' }).click();
    await page.getByText('Nothing matches').waitFor();
    await page.goto(`${server.origin}/records/people?deleted=true&department=${encodeURIComponent('一括部')}`);
    await recordRows(page).nth(2).waitFor();
    await context.close();
  });

  it('come back after a deletion', async () => {
    const { page, context } = await open('/alerts');
    const made = await person(page, { name: '削除 三郎', department: '削除部' });
    await page.goto(`${server.origin}/records/people?department=${encodeURIComponent('削除部')}&open=${String(made['id'])}`);
    await flyout(page).getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByText('Nothing matches').waitFor();
    await page.keyboard.press('z');
    await page.getByText('Undone.').waitFor();
    await page.goto(`${server.origin}/records/people?department=${encodeURIComponent('削除部')}`);
    await recordRows(page).first().getByText('削除 三郎').waitFor();
    await context.close();
  });

  it('do not move under the pointer while others work', async () => {
    const { page, context } = await open('/records/posts');
    await recordRows(page).nth(1).hover();
    await page.mouse.move(700, 300);
    const first = await recordRows(page).first().textContent();
    await api(page).send('POST', '/posts', { name: '新しい役職', organisation: 1 });
    const pill = page.getByRole('button', { name: /\d+ new or changed/ });
    await pill.waitFor();
    expect(await recordRows(page).first().textContent()).toBe(first);
    await pill.click();
    await recordRows(page).first().getByText('新しい役職').waitFor();
    await context.close();
  });

  it('hold comments that reach whom they name', async () => {
    const { page, context } = await open('/alerts');
    const made = await person(page, { name: 'コメント 四郎' });
    await page.goto(`${server.origin}/records/people/${String(made['id'])}?tab=comments`);
    await page.getByLabel('Comment', { exact: true }).fill('<b>確認してください</b>');
    await page.getByRole('combobox', { name: /Mention a person/ }).fill('コメント');
    await page.locator('[role="listbox"] [role="option"]').first().click();
    await page.reload();
    // What is half written is still there.
    expect(await page.getByLabel('Comment', { exact: true }).inputValue()).toBe('<b>確認してください</b>');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('article li').getByText('<b>確認してください</b>').waitFor();
    expect(await page.getByLabel('Comment', { exact: true }).inputValue()).toBe('');
    await context.close();
  });

  it('are found from anywhere with Ctrl-K, also during kana conversion only when it ends', async () => {
    const { page, context } = await open('/status');
    await page.locator('main table').waitFor();
    await page.keyboard.press('Control+k');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox').fill('203[.]0[.]113[.]7');
    await dialog.getByRole('option', { name: /203\.0\.113\.7/ }).click();
    await page.waitForURL(/\/alerts\?q=203\.0\.113\.7/);
    await page.keyboard.press('Control+k');
    await dialog.getByRole('combobox').fill('B-1');
    await dialog.getByRole('option').first().waitFor();
    // Enter belongs to the conversion.
    await dialog.getByRole('combobox').dispatchEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true });
    expect(page.url()).toContain('/alerts');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/roles/B-1');
    await page.keyboard.press('Control+k');
    await dialog.getByRole('combobox').fill('情報セキュリティ責任者');
    await dialog.getByRole('option', { name: /^最高情報セキュリティ責任者/ }).first().click();
    await page.waitForURL('**/records/posts/*');
    await context.close();
  });

  it('go out as a table and come back with differences', async ({ skip }) => {
    const { page, context } = await open('/alerts');
    if ((await page.request.get(`${server.origin}/api/v1/people/export?format=csv&limit=1`)).status() === 404) {
      await context.close();
      skip('the server has no tables of records yet');
    }
    const made = await person(page, { name: '表 五郎', department: '表計算部' });
    await page.goto(`${server.origin}/records/people?department=${encodeURIComponent('表計算部')}`);
    await recordRows(page).first().waitFor();
    await page.getByRole('button', { name: 'More' }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Export as CSV' }).click()]);
    const folder = mkdtempSync(join(tmpdir(), 'hinomi-e2e-table-'));
    try {
      const file = join(folder, 'people.csv');
      await download.saveAs(file);
      const text = readFileSync(file, 'utf8');
      expect(text).toContain('表 五郎');
      writeFileSync(file, text.replaceAll('表計算部', '計算部'));
      await page.getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name: 'Import a table' }).click();
      await page.locator('input[type="file"]').setInputFiles(file);
      const dialog = page.getByRole('dialog');
      await dialog.locator('del').getByText('表計算部').waitFor();
      await dialog.locator('ins').getByText('計算部', { exact: true }).waitFor();
      expect((await api(page).get(`/people/${String(made['id'])}`))['department']).toBe('表計算部');
      await dialog.getByRole('button', { name: 'Import 1 row' }).click();
      await page.getByText('0 new and 1 changed').waitFor();
      expect((await api(page).get(`/people/${String(made['id'])}`))['department']).toBe('計算部');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    await context.close();
  });

  it('tell what a list is for while it is empty, and what one may not see', async () => {
    const { page, context } = await open('/records/custom_fields', 'ja');
    await page.getByText('まだ登録がありません').waitFor();
    await page.getByText('自社で定義する項目').waitFor();
    await page.goto(`${server.origin}/records/nothing-of-this-kind`);
    await page.locator('main').getByRole('heading', { level: 2 }).waitFor();
    await page.goto(`${server.origin}/records/people/01935d8c-0000-7000-8000-0000000000ff`);
    await page.getByRole('alert').waitFor();
    await context.close();
  });
});
