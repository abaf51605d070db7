// Requests that are no matter of one kind of records.

import { call } from './typed';

export const getDeclarations = async (signal?: AbortSignal) =>
  (await call('get', '/api/v1/schema', signal ? { signal } : {})).entities;

// Records of every kind that hold these words.
export const searchRecords = async (q: string, signal?: AbortSignal) =>
  (await call('get', '/api/v1/search', { query: { q }, ...(signal ? { signal } : {}) })).items;

export const getTitles = (ids: string[], signal?: AbortSignal) =>
  call('get', '/api/v1/titles', { query: { ids }, ...(signal ? { signal } : {}) });
