import { describe, expect, it } from 'vitest';
import { parseSearch, stringifySearch } from '../app/search';
import { emptyFilter, filterOf, isEmpty, parseAlertSearch, parseTyped, queryOf, searchOf, techniqueOf, typedForm, withValue, withoutValue } from './filter';

describe('the filter in the address bar', () => {
  it('is read back as it was written', () => {
    const filter = {
      lists: { level: ['high', 'critical'], entity: ['経理部-PC1, a'], source: ['syslog', 'dc'] },
      q: 'シャドウ "copy"',
      from: '2026-11-24T00:00:00.000Z',
      to: '2026-11-25T00:00:00.000Z',
    };
    const address = stringifySearch(searchOf(filter) as Record<string, unknown>);
    expect(filterOf(parseAlertSearch(parseSearch(address)))).toEqual(filter);
  });

  it('drops what no list can hold', () => {
    expect(parseAlertSearch({ level: ['high', 'nonsense', 'high'], from: 'yesterday', x: '1', q: '' })).toEqual({ level: 'high' });
    expect(parseAlertSearch({ entity: 'x'.repeat(2000) })).toEqual({});
  });
});

describe('the filter for the server', () => {
  it('parts values by commas, except those of an entity, which may hold them', () => {
    const filter = withValue({ ...emptyFilter, lists: { source: ['a', 'b'] } }, 'source', 'c,d');
    expect(queryOf(filter, 'real').get('source')).toBe('a,b');
    const entity = withValue(withValue(filter, 'entity', 'x'), 'entity', 'y,z');
    expect(queryOf(entity, 'real').get('entity')).toBe('y,z');
    expect(queryOf(filter, 'real').has('realm')).toBe(false);
  });

  it('asks a demo server for demo alerts too, unless a realm is chosen', () => {
    expect(queryOf(emptyFilter, 'demo').get('realm')).toBe('demo,real');
    expect(queryOf({ ...emptyFilter, lists: { realm: ['real'] } }, 'demo').get('realm')).toBe('real');
  });
});

describe('typed text', () => {
  it('becomes values and words', () => {
    expect(parseTyped('severity:high host:"web 01" シャドウコピー')).toEqual({
      values: [
        { part: 'level', value: 'high' },
        { part: 'entity', value: 'web 01' },
      ],
      q: 'シャドウコピー',
    });
  });

  it('may be of full width', () => {
    expect(parseTyped('ｓｅｖｅｒｉｔｙ：高　経理')).toEqual({ values: [{ part: 'level', value: 'high' }], q: '経理' });
  });

  it('leaves unknown names and levels to the text search', () => {
    expect(parseTyped('severity:x constructor:y http://a')).toEqual({ values: [], q: 'severity:x constructor:y http://a' });
  });

  it('comes back from a value', () => {
    for (const value of ['a', 'web 01']) expect(parseTyped(typedForm('entity', value)).values).toEqual([{ part: 'entity', value }]);
  });
});

describe('values', () => {
  it('are added once and taken away', () => {
    const one = withValue(withValue(emptyFilter, 'entity', 'a'), 'entity', 'a');
    expect(one.lists.entity).toEqual(['a']);
    expect(isEmpty(withoutValue(one, 'entity', 'a'))).toBe(true);
    expect(isEmpty(one)).toBe(false);
  });
});

describe('technique', () => {
  it('is the first technique among the tags', () => {
    expect(techniqueOf(['attack.execution', 'attack.t1059.001', 'attack.t1027'])).toBe('T1059.001');
    expect(techniqueOf(['attack.s0002', 'cve.2021-1'])).toBeUndefined();
  });
});
