import { describe, expect, it } from 'vitest';
import type { ImportAnswer, ImportRow } from '../api/records';
import { messages } from '../i18n/messages';
import { columnsOf, faultsOf, isTaken } from './imported';

const row = (given: Partial<ImportRow>): ImportRow => ({ place: 2, id: null, kind: 'change', conflict: false, changes: {}, suspicions: [], troubles: [], faults: [], ...given });
const answer = (rows: ImportRow[]): ImportAnswer => ({
  preview: true,
  applied: false,
  columns: [
    { key: 'name', title: '氏名', known: true },
    { key: 'email', title: 'メール', known: true },
    { key: null, title: 'memo', known: false },
  ],
  rows,
  troubles: [],
  counts: { change: 0, new: 0, same: 0, refused: 0, skipped: 0, missing: 0 },
});

describe('the preview of a table that comes back', () => {
  it('has the columns in which a row says something', () => {
    expect(columnsOf(answer([row({ changes: { name: ['a', 'b'] } })]))).toEqual([{ key: 'name', title: '氏名' }]);
    expect(columnsOf(answer([row({ faults: [{ field: 'email', code: 'too_long' }] })]))).toEqual([{ key: 'email', title: 'メール' }]);
    expect(columnsOf(answer([row({})]))).toEqual([]);
  });

  it('says what is wrong where it is, and beside the row what has no column', () => {
    const refused = row({ kind: 'refused', code: 'invalid', faults: [{ field: 'email', code: 'too_long' }, { field: 'organisation', code: 'no_such_record' }] });
    expect(faultsOf(messages.ja, 'person', refused, 'email', [])).toEqual(['長すぎます。']);
    expect(faultsOf(messages.ja, 'person', refused, '', ['email'])).toEqual(['組織: 該当するレコードがありません。']);
    expect(isTaken(refused)).toBe(false);
  });

  it('names the troubles of cells', () => {
    const troubled = row({ troubles: [{ field: 'name', code: 'error_value', place: 'B2', text: '#REF!' }] });
    expect(faultsOf(messages.en, 'person', troubled, 'name', [])).toEqual(['The cell shows an error.']);
  });

  it('says that somebody else was faster, or that the row is not allowed', () => {
    expect(faultsOf(messages.en, 'person', row({ kind: 'refused', code: 'stale', conflict: true }), '', [])).toEqual(['Somebody else changed this meanwhile']);
    expect(faultsOf(messages.en, 'person', row({ kind: 'refused', code: 'forbidden' }), '', [])).toEqual([messages.en.failForbidden()]);
  });
});
