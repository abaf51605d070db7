import { afterEach, expect, test, vi } from 'vitest';
import { getDeclarations, getTitles, searchRecords } from './calls';
import { ApiError } from './client';
import { call, queryText } from './typed';
import type { Schemas } from './typed';
import type { AlertDetail, AlertPage, Facets, Histogram, ServerStatus } from './types';

// The compiler checks: what pages of today expect is what the server describes.
type Fits<Described extends Expected, Expected> = Described;
export type Checked = [
  Fits<Schemas['AlertPage']['items'][number]['rule'], AlertPage['items'][number]['rule']>,
  Fits<Schemas['AlertPage'], AlertPage>,
  Fits<Schemas['Alert'], AlertDetail>,
  Fits<Schemas['AlertFacets']['rule'], Facets['rule']>,
  Fits<Schemas['AlertHistogram']['buckets'], Histogram['buckets']>,
  Fits<Schemas['Status']['version'], ServerStatus['version']>,
];

function answerWith(body: unknown, status = 200) {
  const fetched = vi.fn<(target: string, init?: RequestInit) => Promise<Response>>(async () => new Response(status === 204 ? null : JSON.stringify(body), { status }));
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test('declarations and search go to the paths of the description', async () => {
  const fetched = answerWith({ entities: [{ name: 'person' }], items: [{ id: 'x' }] });
  expect((await getDeclarations()).map((entity) => entity.name)).toEqual(['person']);
  expect(fetched.mock.calls[0]?.[0]).toBe('/api/v1/schema');
  expect(await searchRecords('佐藤 花子')).toEqual([{ id: 'x' }]);
  expect(fetched.mock.calls[1]?.[0]).toBe(`/api/v1/search?q=${encodeURIComponent('佐藤')}+${encodeURIComponent('花子')}`);
  await getTitles(['a', 'b']);
  expect(fetched.mock.calls[2]?.[0]).toBe('/api/v1/titles?ids=a%2Cb');
});

test('a change sends the version it knows, and the parts of the path are encoded', async () => {
  const fetched = answerWith({ id: 'x', version: 3 });
  const person = await call('patch', '/api/v1/people/{id}', {
    path: { id: 'a/b' },
    headers: { 'If-Match': '"2"' },
    body: { name: '佐藤' },
  });
  expect(person.version).toBe(3);
  const [target, init] = fetched.mock.calls[0] ?? [];
  expect(target).toBe('/api/v1/people/a%2Fb');
  expect(init?.method).toBe('PATCH');
  expect(init?.headers).toEqual({ 'If-Match': '"2"', 'Content-Type': 'application/json' });
  expect(init?.body).toBe('{"name":"佐藤"}');
});

test('what the description does not know does not compile', () => {
  // Never run: the compiler is what is tested.
  const never = () => [
    // @ts-expect-error no such path
    call('get', '/api/v1/nobody', {}),
    // @ts-expect-error no such method of it
    call('delete', '/api/v1/people', {}),
    // @ts-expect-error a change without If-Match
    call('patch', '/api/v1/people/{id}', { path: { id: 'x' }, body: {} }),
    // @ts-expect-error no such field
    call('post', '/api/v1/people', { body: { nam: 'x' } }),
    // @ts-expect-error no such parameter
    call('get', '/api/v1/people', { query: { 'name.like': 'x' } }),
  ];
  expect(never).toBeTypeOf('function');
});

test('values of one parameter are separated by commas, and their own commas escaped', () => {
  expect(queryText({})).toBe('');
  expect(queryText({ name: ['a,b', 'c\\d'], limit: 5, q: undefined })).toBe('?name=a%5C%2Cb%2Cc%5C%5Cd&limit=5');
  expect(queryText({ tag: ['x', 'y'] })).toBe('?tag=x&tag=y');
});

test('an answer without a body is undefined, and a refusal is an ApiError', async () => {
  answerWith(null, 204);
  expect(await call('delete', '/api/v1/session', {})).toBeUndefined();
  answerWith({ code: 'stale' }, 412);
  const failed = call('delete', '/api/v1/people/{id}', { path: { id: 'x' }, headers: { 'If-Match': '"1"' } });
  await expect(failed).rejects.toBeInstanceOf(ApiError);
});
