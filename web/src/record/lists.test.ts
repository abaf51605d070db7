import { describe, expect, it } from 'vitest';
import { defaultColumns, fitting, layoutOf, maxWidth, minWidth, moved, readColumns, tableColumns } from './columns';
import { chosenCount, everything, flipped, isChosen, nothing, ranged } from './selection';
import { caseEntity } from './testing';
import { maxViews, readViews, withView } from './views';

describe('columns', () => {
  it('are those of the declaration until others are chosen, the title first', () => {
    expect(defaultColumns({ ...caseEntity, title: 'state' }).map((column) => column.name)).toEqual(['number', 'state', 'subject', 'due', 'owner', 'updated_at']);
  });

  it('go out as a table to which rows can be added', () => {
    const columns = ['subject', 'updated_at'].map((name) => ({ name, width: undefined }));
    expect(tableColumns(caseEntity, columns)).toEqual(['subject', 'organisation']);
    expect(tableColumns({ ...caseEntity, for_all_organisations: true }, columns)).toEqual(['subject']);
    expect(tableColumns(caseEntity, [{ name: 'organisation', width: 80 }])).toEqual(['organisation']);
  });

  it('are kept only as far as they make sense', () => {
    const kept = [{ name: 'state', width: 5 }, { name: 'gone' }, { name: 'state' }, null, { name: 'tags', width: 1e9 }, { name: 'subject', width: NaN }];
    expect(readColumns(caseEntity, kept)).toEqual([{ name: 'state', width: minWidth }, { name: 'tags', width: maxWidth }, { name: 'subject', width: undefined }]);
    for (const damaged of [undefined, null, 'x', {}, [], [{ name: 'gone' }]]) expect(readColumns(caseEntity, damaged)).toBeUndefined();
  });

  it('change places and stay where there is no place', () => {
    const columns = defaultColumns(caseEntity);
    expect(moved(columns, 'state', -1).map((column) => column.name).slice(0, 3)).toEqual(['number', 'state', 'subject']);
    expect(moved(columns, 'number', -1)).toBe(columns);
  });

  it('fit beside an open record', () => {
    expect(fitting(caseEntity, defaultColumns(caseEntity), 400).map((column) => column.name)).toEqual(['number', 'subject', 'state']);
    expect(fitting(caseEntity, defaultColumns(caseEntity), 10).length).toBe(1);
  });

  it('need no more than a screen of 1280 pixels by default', () => {
    expect(layoutOf(caseEntity, defaultColumns(caseEntity), 34).least).toBeLessThan(880);
  });
});

describe('a selection', () => {
  it('holds rows one by one', () => {
    const two = flipped(flipped(nothing, 'a'), 'b');
    expect([isChosen(two, 'a'), isChosen(two, 'c'), chosenCount(two, 9)]).toEqual([true, false, 2]);
    expect(chosenCount(flipped(two, 'a'), 9)).toBe(1);
  });

  it('holds all that match, and none of them after one is taken out', () => {
    expect([isChosen(everything, 'x'), chosenCount(everything, 5000)]).toEqual([true, 5000]);
    expect(flipped(everything, 'x')).toBe(nothing);
  });

  it('grows and shrinks by ranges', () => {
    const three = ranged(nothing, ['a', 'b', 'c'], true);
    expect([...ranged(three, ['b', 'c'], false).ids]).toEqual(['a']);
  });
});

describe('saved views', () => {
  it('survive what is damaged', () => {
    expect(readViews('x')).toEqual([]);
    expect(readViews([null, { name: '' }, { name: 'a', search: { state: 'open', '<b>': 'x' } }])).toEqual([{ name: 'a', search: { state: 'open' } }]);
  });

  it('have one of each name, and an end', () => {
    let views = withView(withView([], { name: 'a', search: {} }), { name: 'a', search: { q: 'x' } });
    expect(views).toEqual([{ name: 'a', search: { q: 'x' } }]);
    for (let at = 0; at < 100; at += 1) views = withView(views, { name: `v${at}`, search: {} });
    expect(views.length).toBe(maxViews);
  });
});
