import { describe, expect, it } from 'vitest';
import type { AnyRecord } from '../api/records';
import { isWritable, rawForm, rawOf, readForm, readRaw, writableFields } from './form';
import type { Raw } from './form';
import { caseEntity } from './testing';

const field = (name: string) => caseEntity.fields.find((one) => one.name === name)!;
const read = (name: string, raw: Raw) => readRaw(field(name), raw, 'JST');
const record = { id: 'i', entity: 'case', version: 3, subject: 'old', state: 'open', due: '2026-11-25T05:05:02.000000000Z', known_at: null, hosts: 4, grave: true, aliases: ['a'] } as unknown as AnyRecord;

describe('values in inputs', () => {
  it('are read as the server wants them', () => {
    expect(read('subject', '  経理部  ')).toEqual({ value: '経理部' });
    expect(read('hosts', '１２')).toEqual({ value: 12 });
    expect(read('risk', '−0.5')).toEqual({ value: -0.5 });
    expect(read('grave', true)).toEqual({ value: true });
    expect(read('aliases', ['a', 'b'])).toEqual({ value: ['a', 'b'] });
    expect(read('owner', '')).toEqual({ value: null });
    expect(read('opened_on', '２０２６/１１/２５')).toEqual({ value: '2026-11-25' });
    expect(read('due', '2026-11-25 14:05')).toEqual({ value: '2026-11-25T05:05:00.000Z' });
    expect(read('summary', 'a\r\nb')).toEqual({ value: 'a\nb' });
  });

  it('are refused in the words of the server', () => {
    expect(read('subject', '  ')).toEqual({ fault: 'needed' });
    expect(read('subject', '𠮷'.repeat(21))).toEqual({ fault: 'too_long' });
    expect(read('subject', '𠮷'.repeat(20)).fault).toBeUndefined();
    expect(read('hosts', '101')).toEqual({ fault: 'out_of_range' });
    expect(read('hosts', '1.5')).toEqual({ fault: 'wrong_type' });
    expect(read('hosts', '99999999999999999999')).toEqual({ fault: 'out_of_range' });
    expect(read('opened_on', '2026-02-30')).toEqual({ fault: 'not_a_date' });
    expect(read('due', 'tomorrow')).toEqual({ fault: 'not_a_date' });
    expect(read('state', 'gone')).toEqual({ fault: 'not_a_choice' });
    expect(read('aliases', ['a'.repeat(11)])).toEqual({ fault: 'too_long' });
  });

  it('stand in inputs as people read them', () => {
    expect(rawOf(field('due'), record['due'], 'JST')).toBe('2026-11-25 14:05:02');
    expect(rawOf(field('due'), record['due'], 'UTC')).toBe('2026-11-25 05:05:02');
    expect(rawOf(field('owner'), null, 'JST')).toBe('');
  });
});

describe('a form', () => {
  it('offers no field that nobody may write', () => {
    expect(isWritable(field('score'), undefined)).toBe(false);
    expect(isWritable(field('known_at'), record)).toBe(true);
    expect(isWritable(field('known_at'), { ...record, known_at: '2026-01-01T00:00:00Z' })).toBe(false);
    expect(isWritable(field('hosts'), { ...record, withheld: ['hosts'] })).toBe(false);
    // States change by actions alone.
    expect(writableFields(caseEntity, record).map((one) => one.name)).not.toContain('state');
  });

  it('sends what was changed and nothing else', () => {
    const fields = writableFields(caseEntity, record);
    const before = rawForm(fields, record, 'JST');
    expect(readForm(fields, before, before, 'JST', false)).toEqual({ values: {}, faults: [] });
    const after = { ...before, subject: 'new', hosts: '', aliases: ['a', 'b'] };
    expect(readForm(fields, after, before, 'JST', false)).toEqual({ values: { subject: 'new', hosts: null, aliases: ['a', 'b'] }, faults: [] });
  });

  it('says of a new record what is still needed', () => {
    const fields = writableFields(caseEntity, undefined);
    const before = rawForm(fields, {}, 'JST');
    expect(readForm(fields, before, before, 'JST', true).faults).toEqual([{ field: 'subject', code: 'needed' }]);
    expect(readForm(fields, { ...before, subject: 'x' }, before, 'JST', true)).toEqual({ values: { subject: 'x' }, faults: [] });
  });

  it('does not complain about a value that was wrong before and not touched', () => {
    const old = { ...record, subject: 'x'.repeat(50) };
    const fields = writableFields(caseEntity, old);
    const before = rawForm(fields, old, 'JST');
    expect(readForm(fields, { ...before, hosts: '5' }, before, 'JST', false)).toEqual({ values: { hosts: 5 }, faults: [] });
  });
});
