// A sealed vault in two browsers: its custodian moves a record into it, and the administrator finds it nowhere any more.
import { afterEach, describe, expect, it } from 'vitest';
import type { Browser, Locator, Page } from 'playwright-core';
import { breachesOf, hasBrowser, recordRows, startBrowser, watchedPage } from './browser';
import type { Watched } from './browser';
import { cutTexts, graveFaults } from './looks';
import { startServer } from './server';
import type { Server } from './server';

type Json = Record<string, unknown>;

const words = {
  ja: { vaults: '封印領域', none: '所属している封印領域はありません', new: '封印領域を作成', name: /^名称/, purpose: '目的', custodians: /^ほかの管理担当/, make: '作成', needed: '入力してください。', chooseSomebody: '自分以外の人を 1 人以上選んでください。', inside: '封印領域の中', more: 'その他の操作', seal: '封印領域へ移す…', noWayBack: '元に戻すことはできません。', reason: /^理由/, understood: /元に戻せないことを理解/, go: '封印する', refused: 'このままでは封印できません', attachments: '添付ファイル', proof: '本人確認', password: 'パスワード', confirm: '確認', sealed: '封印しました。', notFound: '見つかりません', nothing: '該当するレコードがありません', findNothing: '見つかりません', history: '履歴', comments: 'コメント', comment: 'コメント', send: '送信', log: '操作ログ', members: 'メンバー', addMember: 'メンバーを追加', person: '人', remove: 'メンバーから外す', continue: '続ける', close: '閉鎖', closed: '閉鎖中です', reopen: '再開', leave: '退出', files: '添付', deed: 'レコードの封印', edit: '変更' },
  en: { vaults: 'Sealed vaults', none: 'You belong to no vault', new: 'New vault', name: /^Title/, purpose: 'Purpose', custodians: /^Further custodians/, make: 'Make the vault', needed: 'A value is needed.', chooseSomebody: 'Choose at least one other person.', inside: 'Inside a sealed vault', more: 'More', seal: 'Seal into a vault…', noWayBack: 'There is no way back.', reason: /^Reason/, understood: /cannot be undone/, go: 'Seal', refused: 'It cannot be sealed as it is', attachments: 'Attachments', proof: 'Confirm that it is you', password: 'Password', confirm: 'Confirm', sealed: 'The record is sealed.', notFound: 'Not found', nothing: 'Nothing matches', findNothing: 'Nothing found', history: 'History', comments: 'Comments', comment: 'Comment', send: 'Send', log: 'Log', members: 'Members', addMember: 'Add a member', person: 'Person', remove: 'Remove', continue: 'Continue', close: 'Close the vault', closed: 'The vault is closed', reopen: 'Open again', leave: 'Leave', files: 'Files', deed: 'Sealed a record', edit: 'Edit' },
} as const;
const secret = 'umi-no-mieru-oka 42';
const theirs = 'kaze-no-fuku-saka 77';
const planted = 'KUROFUNE';
const steppedDown = { status: 403, contentType: 'application/problem+json', body: JSON.stringify({ status: 403, code: 'needs_step_up', title: '' }) };

const clean = async (watched: Watched) => expect({ foreign: watched.foreign, dialogs: watched.dialogs, errors: watched.errors, breaches: await breachesOf(watched) }).toEqual({ foreign: [], dialogs: [], errors: [], breaches: [] });
const looksRight = async (page: Page) => {
  // Nothing that has just been done lies over the page while it is judged.
  expect(await graveFaults(page)).toEqual([]);
  expect(await cutTexts(page)).toEqual([]);
};

describe.skipIf(!hasBrowser)('a sealed vault', () => {
  let server: Server;
  let browser: Browser;
  afterEach(async () => {
    await browser?.close();
    await server?.stop();
  });

  const send = async (page: Page, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, data?: unknown, headers: Record<string, string> = {}) => {
    const answer = await page.request.fetch(`${server.origin}/api/v1${path}`, { method, ...(data === undefined ? {} : { data }), headers: { Origin: server.origin, ...headers } });
    const text = await answer.text();
    return { status: answer.status(), text, json: (text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {}) as Json };
  };
  const good = async (...given: Parameters<typeof send>) => {
    const answer = await send(...given);
    if (answer.status >= 300) throw new Error(`${given[1]} ${given[2]}: ${answer.status} ${answer.text}`);
    return answer.json;
  };

  // Somebody with a sign-in of their own.
  const invited = async (boss: Page, person: string, guest: Page, login: string) => {
    const { address } = await good(boss, 'POST', `/people/${person}/invitation`, {});
    const code = /code=(\S+)/.exec(String(address))?.[1];
    await good(guest, 'POST', '/invitation', { code, login, password: theirs });
    await good(guest, 'POST', '/session', { name: login, password: theirs });
  };

  // A company, its administrator in one browser, and in another somebody who makes vaults.
  const begin = async (language: 'ja' | 'en') => {
    server = await startServer({});
    browser = await startBrowser();
    const boss = await watchedPage(browser, server.origin, { language, theme: 'light', width: 1280 });
    const keeper = await watchedPage(browser, server.origin, { language, theme: language === 'ja' ? 'dark' : 'light', width: 1280 });
    await good(boss.page, 'POST', '/setup', {
      secret: /secret=(\S+)/.exec(server.setupAddress() ?? '')?.[1],
      language,
      organisations: [{ name: '空見野精機株式会社', name_en: 'Soramino Seiki', short: '空見野', zone: 'Asia/Tokyo', calendar: 'jp', sites: [] }],
      administrator: { name: '佐藤 花子', name_kana: '', email: '', login: 'sato', password: secret },
      demo: false,
    });
    const kamiya = await good(boss.page, 'POST', '/people', { name: '神谷 澪', organisation: 1 });
    const ito = await good(boss.page, 'POST', '/people', { name: '伊藤 健', organisation: 1 });
    await good(boss.page, 'POST', '/assignments', { role: 'H-2', person: kamiya['id'], organisation: 1, sourcing: 'inhouse', valid_from: '2026-01-01' });
    await invited(boss.page, String(kamiya['id']), keeper.page, 'kamiya');
    return { boss, keeper, ito };
  };

  // What needs somebody else's word: its record is one of the kinds that can be sealed.
  const approvals = async (boss: Page, reasons: readonly string[]) => {
    const { items } = await good(boss, 'GET', '/organisations');
    const one = (items as Json[])[0] ?? {};
    const made: { id: string; number: string }[] = [];
    for (const [at, reason] of reasons.entries()) {
      const asked = await send(boss, 'DELETE', `/organisations/${String(one['id'])}`, { at }, { 'If-Match': `"${String(one['version'])}"`, 'X-Hinomi-Reason': encodeURIComponent(reason) });
      expect(asked.status).toBe(202);
      made.push({ id: String(asked.json['approval'] ?? asked.json['id']), number: String(asked.json['number']) });
    }
    return made;
  };

  const prove = async (page: Page, t: (typeof words)['ja' | 'en']) => {
    const proof = page.getByRole('dialog', { name: t.proof });
    await proof.getByLabel(t.password).fill(theirs);
    await proof.getByRole('button', { name: t.confirm, exact: true }).click();
  };
  const give = async (page: Page, t: (typeof words)['ja' | 'en'], reason: string) => {
    await page.getByRole('dialog').getByLabel(t.reason).fill(reason);
    await page.getByRole('dialog').getByRole('button', { name: t.continue, exact: true }).click();
  };
  const choose = async (page: Page, box: Locator, name: string) => {
    await box.fill(name);
    await page.getByRole('option', { name }).click();
  };

  for (const language of ['ja', 'en'] as const) {
    it(`takes a record that is gone from everywhere else: ${language}`, async () => {
      const t = words[language];
      const { boss, keeper } = await begin(language);
      const { page: admin } = boss;
      const { page } = keeper;
      const [first, second] = await approvals(admin, ['an ordinary matter', `${planted} in the books`]);
      if (!first || !second) throw new Error('no approvals');
      await good(page, 'POST', `/approvals/${second.id}/comments`, { text: `${planted} was seen at the gate` });
      const attached = await send(page, 'POST', `/approvals/${first.id}/attachments`, 'bytes', { 'Content-Type': 'application/octet-stream', 'X-Hinomi-Name': 'ledger.txt' });
      expect(attached.status).toBe(201);

      // Before: the administrator finds it everywhere.
      for (const path of [`/approvals/${second.id}/history`, `/approvals/${second.id}/comments`, `/search?q=${second.number}`, `/titles?ids=${second.id}`]) expect((await send(admin, 'GET', path)).text, path).toMatch(new RegExp(`${planted}|${second.id}`));
      // Who has no vault and may make none does not hear of them.
      await admin.goto(`${server.origin}/records/approvals`);
      await recordRows(admin).nth(1).waitFor();
      expect(await admin.getByRole('navigation').getByRole('link', { name: t.vaults }).count()).toBe(0);

      await page.goto(`${server.origin}/inbox`);
      await page.getByRole('navigation').getByRole('link', { name: t.vaults }).click();
      await page.getByText(t.none).waitFor();
      await looksRight(page);
      await page.getByRole('button', { name: t.new }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: t.make, exact: true }).click();
      await dialog.getByText(t.needed).waitFor();
      await dialog.getByText(t.chooseSomebody).waitFor();
      await dialog.getByLabel(t.name).fill(`${planted} 事案`);
      await dialog.getByLabel(t.purpose).fill('内部調査 <b>第 1 号</b>');
      await choose(page, dialog.getByRole('combobox', { name: t.custodians }), '伊藤 健');
      await looksRight(page);
      // Only the passing of ten minutes is feigned.
      await page.route('**/api/v1/vaults', (route) => (route.request().method() === 'POST' ? route.fulfill(steppedDown) : route.continue()), { times: 1 });
      await dialog.getByRole('button', { name: t.make, exact: true }).click();
      await prove(page, t);
      await page.waitForURL('**/vaults/1');
      await page.getByTestId('inside-vault').getByText(t.inside).waitFor();
      await page.getByRole('heading', { level: 1, name: `${planted} 事案` }).waitFor();

      // A file stands in the way of the first.
      const openSeal = async (id: string) => {
        await page.goto(`${server.origin}/records/approvals/${id}`);
        await page.getByRole('button', { name: t.more }).click();
        await page.getByRole('menuitem', { name: t.seal }).click();
        await dialog.getByText(t.noWayBack).waitFor();
        await dialog.getByLabel(t.reason).fill(`${planted} needs silence`);
        expect(await dialog.getByRole('button', { name: t.go, exact: true }).isDisabled()).toBe(true);
        await dialog.getByLabel(t.understood).check();
      };
      await openSeal(first.id);
      await dialog.getByRole('button', { name: t.go, exact: true }).click();
      await dialog.getByText(t.refused).waitFor();
      await dialog.getByRole('listitem').getByText(t.attachments, { exact: true }).waitFor();
      await looksRight(page);

      await openSeal(second.id);
      await page.route('**/api/v1/approvals/*/seal', (route) => route.fulfill(steppedDown), { times: 1 });
      await dialog.getByRole('button', { name: t.go, exact: true }).click();
      await prove(page, t);
      await page.waitForURL(`**/vaults/1/approvals/${second.id}`);
      await page.getByText(t.sealed).waitFor();
      await page.getByTestId('inside-vault').getByText(t.inside).waitFor();
      await page.getByText(second.number).first().waitFor();
      expect(await page.getByRole('tab', { name: t.files }).count()).toBe(0);
      await page.getByRole('tab', { name: t.history }).click();
      await page.getByText(`${planted} needs silence`).waitFor();
      await page.getByRole('tab', { name: t.comments }).click();
      await page.getByText(`${planted} was seen at the gate`).waitFor();
      await page.getByRole('textbox', { name: t.comment }).fill('ここだけの話');
      // Drafts of a vault are not kept in the browser.
      expect(await page.evaluate(() => Object.entries(localStorage).filter(([, text]) => text.includes('ここだけ')).length)).toBe(0);
      await page.getByRole('button', { name: t.send, exact: true }).click();
      await page.locator('article li').getByText('ここだけの話').waitFor();
      await looksRight(page);
      await page.goto(`${server.origin}/vaults/1/approvals`);
      await recordRows(page).first().getByText(second.number).waitFor();
      expect(await recordRows(page).count()).toBe(1);
      await looksRight(page);
      await page.goto(`${server.origin}/vaults/1?tab=log`);
      await page.getByTestId('vault-log').first().getByText(t.deed).waitFor();
      await looksRight(page);

      // The administrator, who asked for that approval: nowhere.
      const notThere = async (path: string) => {
        await admin.goto(`${server.origin}${path}`);
        await admin.getByRole('alert').getByText(t.notFound).waitFor();
        return admin.locator('main').innerText();
      };
      await admin.goto(`${server.origin}/records/approvals`);
      await recordRows(admin).first().getByText(first.number).waitFor();
      expect(await recordRows(admin).count()).toBe(1);
      await admin.goto(`${server.origin}/records/approvals?q=${encodeURIComponent(second.number)}`);
      await admin.getByText(t.nothing).waitFor();
      await admin.keyboard.press('Control+k');
      await admin.getByRole('dialog').getByRole('combobox').fill(first.number);
      await admin.getByRole('option', { name: `organisation.delete` }).filter({ hasText: first.number }).waitFor();
      await admin.getByRole('dialog').getByRole('combobox').fill(second.number);
      await admin.waitForFunction((number) => ![...document.querySelectorAll('[role="option"]')].some((option) => option.textContent?.includes(number)), first.number);
      // What is left is the offer to search the alerts for it.
      for (const option of await admin.getByRole('option').allInnerTexts()) expect(option).not.toContain('organisation.delete');
      await admin.keyboard.press('Escape');
      await notThere(`/records/approvals/${second.id}`);
      await notThere(`/records/approvals/${second.id}?tab=history`);
      const refused = await notThere('/vaults/1');
      expect(await notThere('/vaults/4711')).toBe(refused);
      expect(await notThere(`/vaults/1/approvals/${second.id}`)).toBe(refused);
      await notThere('/vaults/0');
      for (const path of [`/approvals/${second.id}`, `/approvals/${second.id}/history`, `/approvals/${second.id}/comments`, '/vaults/1', '/vaults/1/members', '/vaults/1/log', '/vaults/1/approvals', `/vaults/1/approvals/${second.id}/history`]) expect((await send(admin, 'GET', path)).status, path).toBe(404);
      expect((await send(admin, 'GET', `/titles?ids=${second.id}`)).json).toEqual({});
      for (const path of ['/inbox', '/vaults', `/search?q=${second.number}`, '/approvals?deleted=true', '/organisations']) expect((await send(admin, 'GET', path)).text, path).not.toMatch(new RegExp(`${planted}|${second.id}|${second.number}`));
      await clean(boss);
      await clean(keeper);
    });

    it(`is open to its members, as long as they are: ${language}`, async () => {
      const t = words[language];
      const { boss, keeper, ito } = await begin(language);
      const { page: admin } = boss;
      const { page } = keeper;
      await good(page, 'POST', '/vaults', { title: `${planted} 事案`, purpose: '内部調査', custodians: [ito['id']] });
      await page.goto(`${server.origin}/vaults`);
      await page.getByTestId('vault').getByRole('link').click();
      await page.getByRole('tab', { name: t.members }).click();
      await page.getByTestId('vault-member').nth(1).waitFor();
      await choose(page, page.getByRole('combobox', { name: t.person, exact: true }), '佐藤 花子');
      await page.getByRole('tabpanel').getByRole('button', { name: t.addMember }).click();
      await give(page, t, 'needs to read along');
      await page.getByTestId('vault-member').nth(2).waitFor();
      await looksRight(page);

      // Members see it, and what happens in it; they look after nothing.
      await admin.goto(`${server.origin}/vaults`);
      await admin.getByTestId('vault').getByRole('link').click();
      await admin.getByTestId('inside-vault').waitFor();
      await looksRight(admin);
      await admin.getByRole('tab', { name: t.members }).click();
      await admin.getByTestId('vault-member').nth(2).waitFor();
      expect(await admin.getByRole('button', { name: t.remove }).count()).toBe(0);
      expect(await admin.getByRole('button', { name: t.close, exact: true }).count()).toBe(0);

      // Closed and open again.
      await page.getByRole('button', { name: t.close, exact: true }).click();
      await give(page, t, 'audit week');
      await page.getByRole('button', { name: t.reopen, exact: true }).first().waitFor();
      await page.goto(`${server.origin}/vaults/1/approvals`);
      await page.getByText(t.closed).waitFor();
      await looksRight(page);
      await page.getByRole('button', { name: t.reopen, exact: true }).click();
      await give(page, t, 'audit is over');
      await page.getByText(t.closed).waitFor({ state: 'detached' });

      // Who is put out is out where they are, and keeps nothing.
      await admin.goto(`${server.origin}/vaults/1`);
      await admin.getByTestId('inside-vault').waitFor();
      await admin.getByTestId('count-approval').waitFor();
      await page.goto(`${server.origin}/vaults/1?tab=members`);
      await page.getByTestId('vault-member').nth(2).waitFor();
      await page.getByRole('button', { name: `${t.remove} 佐藤 花子` }).click();
      await give(page, t, 'no longer needed');
      await page.getByTestId('vault-member').nth(2).waitFor({ state: 'detached' });
      await admin.getByRole('alert').getByText(t.notFound).waitFor();
      expect(await admin.getByText(planted).count()).toBe(0);

      await page.getByRole('button', { name: t.leave, exact: true }).click();
      await page.getByRole('dialog').getByRole('button', { name: t.leave, exact: true }).click();
      await page.waitForURL('**/vaults');
      await page.getByText(t.none).waitFor();
      expect((await send(page, 'GET', '/vaults/1')).status).toBe(404);
      await clean(boss);
      await clean(keeper);
    });
  }
});
