import { describe, expect, it } from 'vitest';
import { parseSearch, stringifySearch } from '../app/search';
import { emptyFilter, filterOf, isEmpty, joined, maxConditions, nextSort, operatorsOf, parseRecordSearch, partsOf, queryOf, searchOf, toggled, withCondition } from './filter';
import type { RecordFilter } from './filter';
import { caseEntity } from './testing';

const throughAddress = (filter: RecordFilter) => filterOf(parseRecordSearch(parseSearch(stringifySearch(searchOf(filter)))), caseEntity);

describe('the filter of a list', () => {
  it('comes back from the address as it went in', () => {
    const filter: RecordFilter = {
      conditions: [
        { field: 'state', op: 'is', values: ['open', 'closed'] },
        { field: 'subject', op: 'has', values: ['経理部, a\\b'] },
        { field: 'subject', op: 'not', values: ['a,b', 'c\\d'] },
        { field: 'due', op: 'lt', values: ['2026-12-01T00:00:00.000Z'] },
        { field: 'owner', op: 'empty', values: [] },
        { field: 'hosts', op: 'filled', values: [] },
      ],
      q: '不審 & mail',
      tags: ['a', 'b'],
      deleted: true,
      organisation: '2',
      realm: 'any',
      sort: '-due',
    };
    expect(throughAddress(filter)).toEqual(filter);
  });

  it('is asked of the server in the same words', () => {
    const filter: RecordFilter = { ...emptyFilter, conditions: [{ field: 'state', op: 'is', values: ['open', 'closed'] }, { field: 'owner', op: 'filled', values: [] }] };
    const query = queryOf(filter, caseEntity, { organisation: 3 });
    expect(query.get('state')).toBe('open,closed');
    expect(query.get('owner.empty')).toBe('false');
    expect(query.get('organisation')).toBe('3');
    // Which realm is meant is the server's to say.
    expect(query.has('realm')).toBe(false);
    expect(query.get('sort')).toBe('-updated_at');
  });

  it('asks for no company where records belong to none, and for its own where it names one', () => {
    expect(queryOf(emptyFilter, { ...caseEntity, for_all_organisations: true }, { organisation: 3 }).has('organisation')).toBe(false);
    expect(queryOf({ ...emptyFilter, organisation: '7' }, caseEntity, { organisation: 3 }).get('organisation')).toBe('7');
  });

  it('leaves out what the declaration does not know', () => {
    const search = { nothing: 'x', summary: 'x', 'state.has': 'x', 'hosts.what': '1', sort: 'owner', 'subject.has': 'y', organisation: 'x1', open: 'id' };
    expect(filterOf(search, caseEntity)).toEqual({ ...emptyFilter, conditions: [{ field: 'subject', op: 'has', values: ['y'] }] });
  });

  it('keeps hostile keys and floods out of the address', () => {
    expect(parseRecordSearch({ __proto__: 'x', constructor: 'ok', '<b>': 'x', 'a.b.c': 'x', n: 5, q: '' })).toEqual({ constructor: 'ok' });
    const flood = { subject: Array.from({ length: 500 }, (_, at) => `v${at}`) };
    expect(filterOf(parseRecordSearch(flood), caseEntity).conditions.length).toBe(maxConditions);
  });

  it('parts values at commas that are not escaped', () => {
    expect(partsOf('a,b\\,c,,d\\\\')).toEqual(['a', 'b,c', 'd\\']);
    expect(partsOf(joined(['a,b', '\\', 'c']))).toEqual(['a,b', '\\', 'c']);
  });

  it('adds and takes away single values', () => {
    const one = toggled(emptyFilter, 'state', 'open');
    const two = toggled(one, 'state', 'closed');
    expect(two.conditions).toEqual([{ field: 'state', op: 'is', values: ['open', 'closed'] }]);
    expect(isEmpty(toggled(toggled(two, 'state', 'open'), 'state', 'closed'))).toBe(true);
  });

  it('has one condition for a field and a comparison', () => {
    const filter = withCondition(withCondition(emptyFilter, { field: 'due', op: 'gte', values: ['a'] }), { field: 'due', op: 'gte', values: ['b'] });
    expect(filter.conditions).toEqual([{ field: 'due', op: 'gte', values: ['b'] }]);
  });

  it('offers only comparisons that the server takes for the kind', () => {
    const of = (name: string) => operatorsOf(caseEntity.fields.find((field) => field.name === name)!);
    expect(of('owner')).not.toContain('lt');
    expect(of('aliases')).not.toContain('is');
    expect(of('grave')).toEqual(['is']);
    expect(of('due')).toContain('gte');
  });

  it('sorts up, down, and as at first', () => {
    expect([undefined, 'due', '-due'].map((sort) => nextSort(sort, 'due'))).toEqual(['due', '-due', undefined]);
  });
});
