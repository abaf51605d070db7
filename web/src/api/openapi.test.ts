// @vitest-environment node
import { readFile } from 'node:fs/promises';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import openapiTypes, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { expect, test } from 'vitest';

const document = new URL('../../../schema/openapi.json', import.meta.url);

// Tags that are no kind of records have no description, and answers that every route may give are named by none.
async function problemsOf(source: string) {
  const config = await createConfig({ extends: ['recommended'], rules: { 'tag-description': 'off', 'no-unused-components': 'off' } });
  const found = await lintFromString({ source, absoluteRef: document.pathname, config });
  return found.map((problem) => `${problem.ruleId} ${problem.location[0]?.pointer ?? ''}: ${problem.message}`);
}

test('schema/openapi.json is valid OpenAPI 3.1', async () => {
  const source = await readFile(document, 'utf8');
  expect(JSON.parse(source).openapi).toBe('3.1.0');
  expect(await problemsOf(source)).toEqual([]);
}, 60_000);

test('the validator sees what is wrong', async () => {
  const broken = JSON.parse(await readFile(document, 'utf8')) as { paths: Record<string, { get: { tags: unknown; parameters: unknown } }> };
  const people = broken.paths['/api/v1/people'];
  if (!people) throw new Error('no people');
  people.get.tags = 'person';
  people.get.parameters = [{ $ref: '#/components/parameters/nowhere' }];
  const problems = await problemsOf(JSON.stringify(broken));
  const of = (rule: string) => problems.filter((problem) => problem.startsWith(`${rule} #/paths/~1api~1v1~1people/get`));
  expect({ struct: of('struct').length, refs: of('no-unresolved-refs').length }).toEqual({ struct: 1, refs: 1 });
}, 60_000);

test('openapi.d.ts is made from schema/openapi.json as it is now: ./dev generate', async () => {
  const made = COMMENT_HEADER + astToString(await openapiTypes(document));
  const committed = await readFile(new URL('openapi.d.ts', import.meta.url), 'utf8');
  expect(committed.trimEnd() === made.trimEnd()).toBe(true);
}, 60_000);
