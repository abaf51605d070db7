import { encode } from 'uqr';
import { describe, expect, it } from 'vitest';
import { creationOf, passkeyTrouble, passkeysWork, requestOf, toBase64Url } from '../api/passkey';
import { codeOf } from '../login/InvitationPage';
import { addressOf, deviceOf, digitsOf, endOf, inFours, scopesOf } from './account';
import { pageOf } from './checklist';
import { pathOf } from './Qr';

describe('codes of an app', () => {
  it('are taken however they were typed', () => {
    for (const typed of ['123456', ' 123 456 ', '123-456', '１２３　４５６']) expect(digitsOf(typed)).toBe('123456');
  });
  it('show their secret in groups of four, none of them empty', () => {
    expect(inFours('ABCDEFGHIJ')).toBe('ABCD EFGH IJ');
    expect(inFours('ABCDEFGH')).toBe('ABCD EFGH');
  });
  it('become a drawing of one square a module', () => {
    expect(pathOf([[true, false], [false, true]])).toBe('M0 0h1v1h-1zM1 1h1v1h-1z');
    const { data, size } = encode('otpauth://totp/Hinomi:sato?secret=ABCDEFGH', { ecc: 'M', border: 4 });
    expect(data).toHaveLength(size);
    // The quiet zone is wide enough for cameras.
    expect(data.slice(0, 4).flat().some((dark) => dark)).toBe(false);
  });
});

describe('a device', () => {
  it('is told by what its browser says', () => {
    expect(deviceOf('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36')).toEqual({ browser: 'Chrome 140', system: 'Linux' });
    expect(deviceOf('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0')).toEqual({ browser: 'Edge 140', system: 'Windows' });
    expect(deviceOf('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1')).toEqual({ browser: 'Safari 18', system: 'iOS' });
    expect(deviceOf('Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0')).toEqual({ browser: 'Firefox 140', system: 'Android' });
  });
  it('is unknown where nothing is said', () => {
    for (const agent of ['', '<script>', 'x'.repeat(400)]) expect(deviceOf(agent)).toBeUndefined();
  });
});

describe('an address', () => {
  it('is shown without the port', () => {
    expect(addressOf('192.0.2.7:48220')).toBe('192.0.2.7');
    expect(addressOf('[2001:db8::1]:48220')).toBe('2001:db8::1');
    for (const peer of ['192.0.2.7', '2001:db8::1', 'unix', '']) expect(addressOf(peer)).toBe(peer);
  });
});

describe('passkeys', () => {
  it('want a name and a safe connection', () => {
    expect(passkeysWork('localhost', true, true)).toBe(true);
    expect(passkeysWork('soc.example.jp', true, true)).toBe(true);
    for (const host of ['127.0.0.1', '[::1]', '192.0.2.7']) expect(passkeysWork(host, true, true)).toBe(false);
    expect(passkeysWork('soc.example.jp', false, true)).toBe(false);
    expect(passkeysWork('soc.example.jp', true, false)).toBe(false);
  });
  it('tell a person who changed their mind from what is wrong', () => {
    expect(passkeyTrouble(new DOMException('', 'NotAllowedError'))).toBe('cancelled');
    expect(passkeyTrouble(new DOMException('', 'InvalidStateError'))).toBe('exists');
    expect(passkeyTrouble(new Error('other'))).toBeUndefined();
  });
  it('get bytes for what the server writes as text', () => {
    const asked = requestOf({ challenge: 'AQID', rpId: 'localhost', allowCredentials: [{ type: 'public-key', id: '_-8' }] });
    expect(new Uint8Array(asked.challenge as ArrayBuffer)).toEqual(new Uint8Array([1, 2, 3]));
    expect(toBase64Url((asked.allowCredentials?.[0]?.id as Uint8Array<ArrayBuffer>).buffer)).toBe('_-8');
    const made = creationOf({ challenge: 'AQID', rp: { id: 'localhost', name: 'Hinomi' }, user: { id: 'BA', name: 'sato', displayName: '佐藤' }, pubKeyCredParams: [] });
    expect(made.user).toMatchObject({ name: 'sato', displayName: '佐藤' });
    expect(made.excludeCredentials).toEqual([]);
  });
});

describe('tokens', () => {
  const permissions = { 'person.read': {}, 'person.change': {}, 'site.read': {} };
  const nameOf = (scope: string) => (scope.startsWith('person') ? '人: 表示' : '拠点: 表示');
  it('are offered the own permissions, found by name in either writing', () => {
    expect(scopesOf(permissions, '', nameOf)).toEqual(['person.change', 'person.read', 'site.read']);
    expect(scopesOf(permissions, 'ＰＥＲＳＯＮ read', nameOf)).toEqual(['person.read']);
    expect(scopesOf(permissions, '拠点', nameOf)).toEqual(['site.read']);
  });
  it('end after so many days', () => {
    expect(endOf(7, Date.UTC(2026, 10, 25))).toBe('2026-12-02T00:00:00.000Z');
  });
});

describe('first steps and invitations', () => {
  it('lead to our own pages only', () => {
    expect(pageOf('account')).toEqual({ to: '/account' });
    expect(pageOf('people')).toEqual({ to: '/records/$path', path: 'people' });
    expect(pageOf('//evil.example')).toEqual({ to: '/checklist' });
  });
  it('take only what a code can look like', () => {
    expect(codeOf('#code=aB3_-x')).toBe('aB3_-x');
    for (const hash of ['', '#code=', '#code=a b', '#ticket=x', '#code=<x>']) expect(codeOf(hash)).toBeUndefined();
  });
});
