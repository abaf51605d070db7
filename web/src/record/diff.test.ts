import { describe, expect, it } from 'vitest';
import { conflictsOf, differences, maxWords } from './diff';

const shown = (before: string, after: string) => differences(before, after).map(({ kind, text }) => (kind === 'same' ? text : kind === 'gone' ? `[-${text}-]` : `{+${text}+}`)).join('');

describe('differences', () => {
  it('are seen word by word', () => {
    expect(shown('the host was isolated', 'the server was isolated today')).toBe('the [-host-]{+server+} was isolated{+ today+}');
  });

  it('are seen sign by sign in Japanese', () => {
    expect(shown('経理部の端末を隔離', '人事部の端末を隔離済み')).toBe('[-経理-]{+人事+}部の端末を隔離{+済み+}');
  });

  it('give both texts back whole', () => {
    const a = 'a 一二三 b\nc 𠮷 d';
    const b = 'x 一三 b\nc 𠮷野 d e';
    const pieces = differences(a, b);
    expect(pieces.filter((piece) => piece.kind !== 'new').map((piece) => piece.text).join('')).toBe(a);
    expect(pieces.filter((piece) => piece.kind !== 'gone').map((piece) => piece.text).join('')).toBe(b);
  });

  it('are the whole texts where there is too much to compare', () => {
    expect(differences('あ'.repeat(maxWords + 1), 'い')).toEqual([{ kind: 'gone', text: 'あ'.repeat(maxWords + 1) }, { kind: 'new', text: 'い' }]);
  });

  it('know what began and what ended as nothing', () => {
    expect(differences('', 'a')).toEqual([{ kind: 'new', text: 'a' }]);
    expect(differences('a', '')).toEqual([{ kind: 'gone', text: 'a' }]);
    expect(differences('', '')).toEqual([]);
  });
});

describe('a conflict', () => {
  const base = { subject: 'a', hosts: 1, aliases: ['x'], state: null };

  it('is what both changed to something else', () => {
    expect(conflictsOf(base, { ...base, subject: 'b' }, { subject: 'c' })).toEqual([{ field: 'subject', base: 'a', theirs: 'b', mine: 'c' }]);
  });

  it('is none where only one changed, or both to the same', () => {
    expect(conflictsOf(base, { ...base, hosts: 2 }, { subject: 'c' })).toEqual([]);
    expect(conflictsOf(base, { ...base, subject: 'c' }, { subject: 'c' })).toEqual([]);
    expect(conflictsOf(base, { ...base, aliases: ['x'], state: undefined }, { aliases: ['y'], state: 'open' })).toEqual([]);
  });
});
