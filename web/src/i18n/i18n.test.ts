import { describe, expect, it } from 'vitest';
import * as format from './format';
import { messages } from './messages';
import { bothZones, fullTime, shortTime } from './time';

describe('values in messages look as in the programs', () => {
  it('numbers', () => {
    expect(format.count(1234567)).toBe('1,234,567');
    expect(format.plain(-7)).toBe('-7');
    expect(format.decimal(1234.56)).toBe('1,234.6');
    expect(format.decimal(Number.POSITIVE_INFINITY)).toBe('–');
  });

  it('sizes change unit before they show 1,024', () => {
    expect(format.bytes(1023)).toBe('1,023 B');
    expect(format.bytes(1536)).toBe('1.5 KiB');
    expect(format.bytes(1024 * 1024 - 1)).toBe('1.0 MiB');
  });

  it('durations show their two largest units', () => {
    expect(format.duration('en', 0)).toBe('0 s');
    expect(format.duration('en', 200)).toBe('3 min 20 s');
    expect(format.duration('en', 7200)).toBe('2 h');
    expect(format.duration('ja', 7505)).toBe('2時間5分');
    expect(format.duration('ja', 90000)).toBe('1日1時間');
    expect(format.duration('en', -5)).toBe('0 s');
  });

  it('text from outside is made visible', () => {
    expect(format.text('a\u202eb')).toBe('a\\u{202e}b');
  });
});

describe('messages', () => {
  it('exist in both languages under the same names', () => {
    expect(Object.keys(messages.ja)).toEqual(Object.keys(messages.en));
  });

  it('choose the English word by number', () => {
    expect(messages.en.alertsNew({ count: 1 })).toBe('1 new alert');
    expect(messages.en.alertsNew({ count: 1200 })).toBe('1,200 new alerts');
    expect(messages.ja.alertsNew({ count: 1200 })).toBe('新着 1,200 件');
  });
});

describe('times', () => {
  const at = '2026-11-23T05:41:28.123456789Z';
  const now = Date.parse('2026-11-25T00:00:00Z');

  it('are shown in the chosen zone and language', () => {
    expect(shortTime(at, { language: 'ja', zone: 'JST' }, now)).toBe('11/23 14:41:28');
    expect(shortTime(at, { language: 'en', zone: 'UTC' }, now)).toBe('23 Nov 05:41:28');
    expect(fullTime(at, { language: 'ja', zone: 'JST' })).toBe('2026/11/23（月）14:41:28.123 JST');
    expect(fullTime(at, { language: 'en', zone: 'UTC' })).toBe('Mon 23 Nov 2026 05:41:28.123 UTC');
  });

  it('name another year, the one of the zone', () => {
    expect(shortTime('2026-12-31T20:00:00Z', { language: 'ja', zone: 'JST' }, now)).toBe('2027/01/01 05:00:00');
    expect(shortTime('2026-12-31T20:00:00Z', { language: 'ja', zone: 'UTC' }, now)).toBe('12/31 20:00:00');
  });

  it('show both zones in the tip, and a dash for what is no time', () => {
    expect(bothZones(at, 'ja').split('\n')).toHaveLength(2);
    expect(shortTime('yesterday', { language: 'ja', zone: 'JST' })).toBe('–');
  });
});
