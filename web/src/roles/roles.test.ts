import { describe, expect, it } from 'vitest';
import { messages } from '../i18n/messages';
import { progressOf } from '../jobs/jobs';
import { measureText } from './parts';
import { categoryOf, deputies, mainHolders, matches, parseBoardSearch } from './roles';
import type { RoleRow } from './roles';

const holder = (title: string, deputy = false) => ({ assignment: title, kind: 'person' as const, id: title, title, deputy, from: null, until: null, sourcing: 'inhouse' });
const role: RoleRow = {
  code: 'B-10', name: { ja: 'リアルタイム基本分析', en: 'Basic real-time analysis' }, aim: { ja: '', en: '' }, state: 'partial', area: 'IV',
  holders: [holder('佐藤 美咲'), holder('鈴木 大輔', true)], sourcing: 'inhouse', maturity: null, open_work: null, last_activity: null, measures: [],
};
const any = { q: '', sourcing: undefined, state: undefined };

describe('the board of roles', () => {
  it('is narrowed by words of both languages, codes and people', () => {
    for (const q of ['基本分析', 'REAL-TIME', 'ｂ-10', '鈴木']) expect(matches(role, { ...any, q }), q).toBe(true);
    expect(matches(role, { ...any, q: '経理' })).toBe(false);
    expect(matches(role, { ...any, sourcing: 'nobody' })).toBe(false);
    expect(matches(role, { ...any, state: 'partial' })).toBe(true);
  });

  it('stands in the address as far as it makes sense', () => {
    expect(parseBoardSearch({ catalogue: 'itu-t-x1060', view: 'list', q: 'a', sourcing: 'both', state: 'x' })).toEqual({ catalogue: 'itu-t-x1060', view: 'list', q: 'a', sourcing: 'both' });
    expect(parseBoardSearch({ catalogue: 'isog-j-2018', view: 'x', q: 5 })).toEqual({});
  });

  it('knows the category, and who stands in for whom', () => {
    expect(categoryOf(role)).toBe('B');
    expect(mainHolders({ ...role, holders: [...role.holders, { ...holder('去った人'), standing: 'left' }] }).map((one) => one.title)).toEqual(['佐藤 美咲']);
    expect(deputies(role).map((one) => one.title)).toEqual(['鈴木 大輔']);
  });

  it('says plainly what is not measured yet', () => {
    const measure = { key: 'mtta', name: role.name, definition: role.aim, unit: 'duration', good: 'down' as const, value: null };
    expect(measureText(messages.ja, 'ja', measure)).toBe('未測定');
    expect(measureText(messages.ja, 'ja', { ...measure, value: 90 })).toBe('1分30秒');
    expect(measureText(messages.en, 'en', { ...measure, unit: 'percent', value: 12.34 })).toBe('12.3 %');
  });
});

describe('the progress of a job', () => {
  const job = { id: 'j', entity: 'job', version: 1, state: 'running', done: 250, total: 1000, started_at: '2026-11-25T00:00:00Z' };

  it('is computed from what is done', () => {
    expect(progressOf(job, Date.parse('2026-11-25T00:00:50Z'))).toEqual({ state: 'running', percent: 25, perSecond: 5, remainingSeconds: 150 });
  });

  it('is not made up where nobody knows', () => {
    expect(progressOf({ ...job, total: null, done: 0 }, Date.now())).toMatchObject({ percent: undefined, perSecond: undefined, remainingSeconds: undefined });
    expect(progressOf({ ...job, state: 'done', percent: 140 }, Date.now())).toEqual({ state: 'done', percent: 100, perSecond: undefined, remainingSeconds: undefined });
  });
});
