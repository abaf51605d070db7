import { describe, expect, it } from 'vitest';
import { parseSearch, stringifySearch } from './search';

describe('search parameters', () => {
  it('are read back as they were written', () => {
    const search = { level: ['high', 'critical'], entity: 'a,b&c=d', q: '経理部 "x"' };
    expect(parseSearch(stringifySearch(search))).toEqual(search);
  });

  it('leave out what is empty or no text', () => {
    expect(stringifySearch({ q: '', from: undefined, n: 1, level: [] })).toBe('');
  });

  it('cannot reach the prototype of an object', () => {
    const search = parseSearch('?__proto__=x&constructor=y');
    expect(Object.getPrototypeOf(search)).toBe(Object.prototype);
    expect(search['constructor']).toBe('y');
  });
});
