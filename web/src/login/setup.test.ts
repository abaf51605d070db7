import { describe, expect, it } from 'vitest';
import { proofOf, stepAfter } from './PasswordForm';
import { bodyOf, ownZone, secretOf } from './SetupPage';

const wish = { organisation: '空見野', organisationEn: '', zone: 'Asia/Tokyo', calendar: 'jp', site: '', person: '佐藤', kana: '', email: '', login: 'sato', password: 'p'.repeat(12), again: 'p'.repeat(12), demo: false };

describe('the first start', () => {
  it('takes only what a secret can look like', () => {
    expect(secretOf('#secret=a6g7-kd4j')).toBe('a6g7-kd4j');
    for (const hash of ['', '#secret=', '#ticket=x', '#secret=a b', '#secret=<x>']) expect(secretOf(hash)).toBeUndefined();
  });
  it('leaves out what nobody filled in', () => {
    expect(bodyOf(wish, 's', 'ja')).toEqual({
      secret: 's',
      language: 'ja',
      organisations: [{ name: '空見野', zone: 'Asia/Tokyo', calendar: 'jp', sites: [] }],
      administrator: { name: '佐藤', login: 'sato', password: 'p'.repeat(12) },
      demo: false,
    });
    expect(bodyOf({ ...wish, demo: true }, 's', 'ja')).toMatchObject({ demo: true });
    expect(bodyOf({ ...wish, site: '本社' }, 's', 'ja')).toMatchObject({ organisations: [{ sites: [{ name: '本社' }] }] });
  });
  it('proposes the zone of the browser if the server knows it', () => {
    expect(ownZone(['Asia/Tokyo', 'Europe/Paris'], 'Europe/Paris')).toBe('Europe/Paris');
    expect(ownZone(['Asia/Tokyo'], 'Mars/Base')).toBe('Asia/Tokyo');
  });
});

describe('signing in', () => {
  it('tells a code of an authenticator from a recovery code', () => {
    expect(proofOf('１２３ 456')).toEqual({ totp: '123456' });
    expect(proofOf('abcd-efgh-jkmn')).toEqual({ recovery_code: 'abcd-efgh-jkmn' });
  });
  it('says where an answer leads', () => {
    expect(stepAfter(undefined)).toBe('in');
    expect(stepAfter('totp')).toBe('totp');
    expect(stepAfter('enrol')).toBe('enrol');
    expect(stepAfter('passkey')).toBe('passkey');
    expect(stepAfter('something new')).toBe('password');
  });
});
