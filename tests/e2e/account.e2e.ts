// The own account: a passkey of Chromium's virtual authenticator, an app for codes, sessions and tokens; an invitation
// from the administrator's page to the first page of the invited person. WebAuthn wants a name: the pages are opened as
// localhost.
import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { breachesOf, hasBrowser, startBrowser, watchedPage } from './browser';
import type { Watched } from './browser';
import { startServer } from './server';
import type { Server } from './server';

const words = {
  ja: { organisation: '名称', person: '氏名', login: 'サインイン名', password: 'パスワード', again: 'パスワード（確認）', finish: '設定を完了', in: 'サインイン', out: 'サインアウト', account: 'アカウント', add: 'パスキーを追加', remove: /を削除$/, make: 'パスキーを作成', byPasskey: 'パスキーでサインイン', usePasskey: 'パスキーを使う', app: '認証アプリを設定', confirm: '確認', code: /表示されたコード/, appOn: /有効。/, newCodes: '新しいコードを作成', kept: /安全な場所に控え/, done: '完了', second: '認証アプリのコード', recoveryWay: 'リカバリーコードを使う', recovery: 'リカバリーコード', token: 'トークンを作成', tokenName: /^名前/, makeToken: '作成', revoke: /失効/, endOthers: /のセッションを終了$/, proof: '本人確認', invite: '招待', must: /必須にする/, makeLink: 'リンクを発行', next: '次へ', enrolApp: '認証アプリを設定', open: 'Hinomi を開く', active: '利用可能', disable: 'アカウントを停止', disabled: '停止中', reason: /^理由/, go: '続ける', people: '人', alerts: 'アラート', gone: /この招待は使用済み/, passwordWay: 'パスワード', provePasskey: 'パスキーを使う' },
  en: { organisation: 'Name', person: 'Your name', login: 'Sign-in name', password: 'Password', again: 'Password again', finish: 'Finish setting up', in: 'Sign in', out: 'Sign out', account: 'Account', add: 'Add a passkey', remove: /^Remove /, make: 'Make a passkey', byPasskey: 'Sign in with a passkey', usePasskey: 'Use a passkey', app: 'Set up an app', confirm: 'Confirm', code: /code that it shows/, appOn: /^On\./, newCodes: 'Make new codes', kept: /safe place$/, done: 'Done', second: 'Code of your authenticator', recoveryWay: 'Use a recovery code', recovery: 'Recovery code', token: 'New token', tokenName: /^Name/, makeToken: 'Make the token', revoke: /^Revoke/, endOthers: /^End the session/, proof: 'Confirm that it is you', invite: 'Invite', must: /Require a second factor/, makeLink: 'Make the link', next: 'Continue', enrolApp: 'Set up an app', open: 'Open Hinomi', active: 'Can sign in', disable: 'Disable the account', disabled: 'Disabled', reason: /^Reason/, go: 'Continue', people: 'People', alerts: 'Alerts', gone: /has been used/, passwordWay: 'Password', provePasskey: 'Use the passkey' },
} as const;
type Words = (typeof words)['ja' | 'en'];
const secret = 'umi-no-mieru-oka 42';
const theirs = 'kaze-no-fuku-saka 77';

const asLocalhost = (address: string) => address.replace('//127.0.0.1:', '//localhost:');

// What an app for codes shows now (RFC 6238).
function totp(base32: string, at = Date.now()): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...base32.replace(/[\s=]/g, '')].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const from = (mac[19] ?? 0) & 15;
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

const labelled = (page: Page, name: string) => page.getByLabel(new RegExp(`^${name.replace(/[()（）]/g, '.')}(必須|needed)?$`));

async function setUp(page: Page, server: Server, t: Words): Promise<void> {
  await page.goto(asLocalhost(server.setupAddress() ?? ''));
  await labelled(page, t.organisation).fill('空見野精機株式会社');
  await labelled(page, t.person).fill('佐藤 花子');
  await labelled(page, t.login).fill('sato');
  await labelled(page, t.password).fill(secret);
  await labelled(page, t.again).fill(secret);
  await page.getByRole('button', { name: t.finish }).click();
  await page.waitForURL('**/checklist');
}

async function authenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
}

async function signOut(page: Page, t: Words): Promise<void> {
  await page.getByRole('button', { name: t.out }).click();
  await page.waitForURL('**/login');
}

async function byPassword(page: Page, t: Words, name: string, password: string): Promise<void> {
  await labelled(page, t.login).fill(name);
  await labelled(page, t.password).fill(password);
  await page.getByRole('button', { name: t.in, exact: true }).click();
}

const clean = async (watched: Watched) => expect({ foreign: watched.foreign, dialogs: watched.dialogs, errors: watched.errors, breaches: await breachesOf(watched) }).toEqual({ foreign: [], dialogs: [], errors: [], breaches: [] });

describe.skipIf(!hasBrowser)('the own account', () => {
  let server: Server;
  let browser: Browser;
  afterEach(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const language of ['ja', 'en'] as const) {
    it(`takes a passkey, which signs in without a name: ${language}`, async () => {
      const t = words[language];
      server = await startServer({});
      browser = await startBrowser();
      const origin = asLocalhost(server.origin);
      const watched = await watchedPage(browser, origin, { language, theme: 'light', width: 1280 });
      const { page } = watched;
      await authenticator(page);
      await setUp(page, server, t);
      await page.getByRole('button', { name: t.account, exact: true }).click();
      await page.waitForURL('**/account');
      await page.getByRole('button', { name: t.add }).click();
      await page.getByRole('button', { name: t.make }).click();
      await page.getByRole('button', { name: t.remove }).first().waitFor();
      await signOut(page, t);
      await page.getByRole('button', { name: t.byPasskey }).click();
      await page.waitForURL('**/roles');
      await page.goto(`${origin}/records/people`);
      await page.getByText('佐藤 花子').first().waitFor();
      // The password alone is only a beginning now.
      await signOut(page, t);
      await byPassword(page, t, 'sato', secret);
      await page.getByRole('button', { name: t.usePasskey }).click();
      await page.waitForURL('**/roles');
      // It is the proof, too, where one has aged: only the passing of ten minutes is feigned.
      await page.goto(`${origin}/account`);
      await page.getByRole('button', { name: t.newCodes }).waitFor();
      await page.route('**/api/v1/account/recovery-codes', (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ status: 403, code: 'needs_step_up', title: '' }) }), { times: 1 });
      const proved = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/session/proof'));
      await page.getByRole('button', { name: t.newCodes }).click();
      const proof = page.getByRole('dialog', { name: t.proof });
      expect(await proof.getByRole('button', { name: t.passwordWay, exact: true }).count()).toBe(0);
      await proof.getByRole('button', { name: t.provePasskey }).click();
      expect((await proved).status()).toBe(204);
      await page.getByTestId('recovery-codes').locator('li').nth(9).waitFor();
      await clean(watched);
    });

    it(`takes an app for codes, recovery codes and tokens, and ends other sessions: ${language}`, async () => {
      const t = words[language];
      server = await startServer({});
      browser = await startBrowser();
      const origin = asLocalhost(server.origin);
      const watched = await watchedPage(browser, origin, { language, theme: 'dark', width: 1280 });
      const { page } = watched;
      await setUp(page, server, t);
      await page.goto(`${origin}/account`);
      await page.getByRole('button', { name: t.app }).click();
      const shared = (await page.getByTestId('totp-secret').textContent()) ?? '';
      await page.getByLabel(t.code).fill(totp(shared).replace(/\d/g, (digit) => String((Number(digit) + 1) % 10)));
      await page.getByRole('button', { name: t.confirm, exact: true }).click();
      await page.getByRole('alert').first().waitFor();
      await page.getByLabel(t.code).fill(totp(shared));
      await page.getByRole('button', { name: t.confirm, exact: true }).click();
      await page.getByText(t.appOn).first().waitFor();
      await page.getByRole('button', { name: t.newCodes }).click();
      const codes = await page.getByTestId('recovery-codes').locator('li').allTextContents();
      expect(codes).toHaveLength(10);
      await page.getByLabel(t.kept).check();
      await page.getByRole('dialog').getByRole('button', { name: t.done, exact: true }).click();
      // A token is seen once, and works until it is revoked.
      await page.getByRole('button', { name: t.token }).click();
      await page.getByRole('dialog').getByLabel(t.tokenName).fill('collector');
      await page.getByRole('dialog').getByLabel('person.read').first().check();
      // Only the passing of ten minutes is feigned: the first answer is that of a proof which has aged.
      await page.route('**/api/v1/tokens', (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ status: 403, code: 'needs_step_up', title: '' }) }), { times: 1 });
      await page.getByRole('dialog').getByRole('button', { name: t.makeToken, exact: true }).click();
      const proof = page.getByRole('dialog', { name: t.proof });
      await proof.getByRole('button', { name: t.recovery }).click();
      await proof.getByLabel(t.recovery, { exact: true }).fill(codes[1] ?? '');
      await proof.getByRole('button', { name: t.confirm, exact: true }).click();
      const token = ((await page.getByTestId('new-token').textContent()) ?? '').trim();
      expect(token).toMatch(/^hnm_/);
      await page.getByRole('dialog').getByRole('button', { name: t.done, exact: true }).click();
      const asProgram = async () => (await fetch(`${server.origin}/api/v1/people`, { headers: { Authorization: `Bearer ${token}` } })).status;
      expect(await asProgram()).toBe(200);
      // Elsewhere with a recovery code: once.
      const other = await watchedPage(browser, origin, { language, theme: 'light', width: 1280 });
      await other.page.goto(`${origin}/login`);
      await byPassword(other.page, t, 'sato', secret);
      await other.page.getByRole('button', { name: t.recoveryWay }).click();
      await other.page.getByLabel(t.recovery).fill(codes[0] ?? '');
      await other.page.getByRole('button', { name: t.in, exact: true }).click();
      await other.page.waitForURL('**/roles');
      await page.reload();
      await page.getByTestId('session').nth(1).waitFor();
      await page.getByRole('button', { name: t.endOthers }).click();
      await page.getByTestId('session').nth(1).waitFor({ state: 'detached' });
      await other.page.goto(`${origin}/account`);
      await other.page.waitForURL('**/login');
      await page.getByRole('button', { name: t.revoke }).click();
      await page.getByTestId('token').waitFor({ state: 'detached' });
      expect(await asProgram()).toBe(401);
      await clean(watched);
      await clean(other);
    });

    it(`begins with an invitation and shows only what one may see: ${language}`, async () => {
      const t = words[language];
      server = await startServer({});
      browser = await startBrowser();
      const origin = asLocalhost(server.origin);
      const boss = await watchedPage(browser, origin, { language, theme: 'light', width: 1440 });
      await setUp(boss.page, server, t);
      const id = await boss.page.evaluate(async () => {
        const made = await fetch('/api/v1/people', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: '新人 太郎', organisation: 1 }) });
        return ((await made.json()) as { id: string }).id;
      });
      await boss.page.goto(`${origin}/records/people/${id}?tab=account`);
      await boss.page.getByRole('button', { name: t.invite, exact: true }).click();
      await boss.page.getByLabel(t.must).check();
      await boss.page.getByRole('button', { name: t.makeLink }).click();
      const link = ((await boss.page.getByTestId('invitation-link').textContent()) ?? '').trim();
      expect(link.startsWith(`${origin}/invitation#code=`)).toBe(true);
      await boss.page.getByRole('dialog').getByRole('button', { name: t.done, exact: true }).click();

      const guest = await watchedPage(browser, origin, { language, theme: 'dark', width: 1280 });
      const { page } = guest;
      await page.goto(link);
      await page.getByText('新人 太郎').waitFor();
      expect(page.url()).not.toContain('code');
      await labelled(page, t.login).fill('taro');
      await labelled(page, t.password).fill(theirs);
      await labelled(page, t.again).fill(theirs);
      await page.getByRole('button', { name: t.next }).click();
      // Nothing opens before there is a second factor.
      await page.getByRole('button', { name: t.enrolApp }).click();
      const shared = (await page.getByTestId('totp-secret').textContent()) ?? '';
      await page.getByLabel(t.code).fill(totp(shared));
      await page.getByRole('button', { name: t.confirm, exact: true }).click();
      await page.getByTestId('recovery-codes').waitFor();
      await page.getByLabel(t.kept).check();
      await page.getByRole('button', { name: t.open }).click();
      await page.waitForURL('**/roles');
      const mine = (await page.evaluate(async () => (await fetch('/api/v1/session')).json())) as { principal: { name: string }; permissions: Record<string, unknown> };
      expect(mine.principal.name).toBe('新人 太郎');
      expect(mine.permissions['account.manage']).toBeUndefined();
      expect(await page.evaluate(async (whom) => (await fetch(`/api/v1/people/${whom}/account`)).status, id)).toBe(403);
      for (const name of [t.people, t.alerts]) expect(await page.getByRole('navigation').getByRole('link', { name, exact: true }).count()).toBe(0);
      expect(await page.evaluate(async () => (await fetch('/api/v1/audit')).status)).toBe(403);
      // The link was good once.
      await page.goto(link);
      await page.getByText(t.gone).waitFor();
      await page.goto(`${origin}/account`);
      await page.getByTestId('session').first().waitFor();

      await boss.page.reload();
      await boss.page.getByTestId('account-facts').getByText(t.active).waitFor();
      await boss.page.getByRole('button', { name: t.disable }).click();
      await boss.page.getByRole('dialog').getByLabel(t.reason).fill('left');
      await boss.page.getByRole('dialog').getByRole('button', { name: t.go, exact: true }).click();
      await boss.page.getByTestId('account-facts').getByText(t.disabled, { exact: true }).waitFor();
      await page.goto(`${origin}/account`);
      await page.waitForURL('**/login');
      await clean(boss);
      await clean(guest);
    });
  }
});
