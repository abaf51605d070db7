import { afterEach, describe, expect, it, vi } from 'vitest';
import { messages } from '../i18n/messages';
import { customFieldOf } from './custom';
import { choiceLabel, entitiesLabel, faultLabel, fieldLabel, titleOf } from './labels';
import { caseEntity } from './testing';
import { Titles } from './titles';
import { tlpWord } from './Tlp';

describe('labels', () => {
  it('come from the catalogue in both languages', () => {
    expect(fieldLabel(messages.ja, 'person', 'name_kana')).toBe('氏名（かな）');
    expect(fieldLabel(messages.en, 'person', 'name_kana')).toBe('Reading');
    expect(choiceLabel(messages.ja, 'person', 'employment', 'employee')).toBe('社員');
    expect(fieldLabel(messages.ja, 'person', 'created_at')).toBe('作成日時');
    expect(faultLabel(messages.en, 'not_unique')).toContain('already');
  });

  it('are the names themselves where nobody has said more', () => {
    expect(fieldLabel(messages.en, 'case', 'known_at')).toBe('known at');
    expect(entitiesLabel(messages.ja, '__proto__')).toBe('  proto  ');
    expect(faultLabel(messages.en, 'odd_code', 'in words')).toBe('in words');
  });

  it('name a record by its title, its number, its id', () => {
    expect(titleOf(caseEntity, { id: '0123456789', subject: 'x', number: 'INC-1' })).toBe('x');
    expect(titleOf(caseEntity, { id: '0123456789', subject: '', number: 'INC-1' })).toBe('INC-1');
    expect(titleOf(caseEntity, { id: '0123456789', subject: null })).toBe('01234567');
  });

  it('write TLP as FIRST does', () => {
    expect(tlpWord('amber+strict')).toBe('TLP:AMBER+STRICT');
  });
});

describe('titles', () => {
  afterEach(() => void vi.useRealTimers());

  it('are asked for together, once, and forgotten on demand', async () => {
    vi.useFakeTimers();
    const ask = vi.fn(async (ids: readonly string[]) => Object.fromEntries(ids.filter((id) => id !== 'hidden').map((id) => [id, { entity: 'person', title: `T ${id}` }])));
    const titles = new Titles(ask);
    for (const id of ['a', 'b', 'a', 'hidden', '']) titles.want(id);
    await vi.runAllTimersAsync();
    expect(ask).toHaveBeenCalledTimes(1);
    expect(ask).toHaveBeenCalledWith(['a', 'b', 'hidden']);
    expect(titles.get('b')).toEqual({ entity: 'person', title: 'T b' });
    expect(titles.get('hidden')).toBe('unknown');
    titles.want('a');
    await vi.runAllTimersAsync();
    expect(ask).toHaveBeenCalledTimes(1);
    titles.forget(['a']);
    expect(titles.get('a')).toBeUndefined();
  });

  it('are unknown, not awaited for ever, when the server fails', async () => {
    vi.useFakeTimers();
    const titles = new Titles(() => Promise.reject(new Error('down')));
    titles.want('a');
    await vi.runAllTimersAsync();
    expect(titles.get('a')).toBe('unknown');
  });
});

describe('custom fields', () => {
  const definition = { id: 'i', entity: 'custom_field', version: 1, about_entity: 'person', name: 'badge', label_ja: '社員証', label_en: '', kind: 'choice', options: ['a'], needed: true };

  it('become fields with a label in both languages', () => {
    expect(customFieldOf(definition)).toEqual({ field: { name: 'badge', kind: 'choice', needed: true, choices: ['a'] }, label: { ja: '社員証', en: '社員証' } });
  });

  it('are left out where their kind is not known', () => {
    expect(customFieldOf({ ...definition, kind: 'script' })).toBeUndefined();
  });
});
