import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, kindOfFailure } from './client';
import { fromBase64Url, toBase64Url } from './passkey';
import { bulk, changeRecord, createRecord, newId } from './records';

function answer(status: number, body: unknown) {
  const calls: { url: string; init: RequestInit }[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    calls.push({ url, init });
    return new Response(body === undefined ? null : JSON.stringify(body), { status });
  });
  return calls;
}

describe('requests about records', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('say which version is changed, and why', async () => {
    const calls = answer(200, { id: 'i', version: 4 });
    await changeRecord('people', 'a/b', 3, { name: 'x' }, '人事異動のため');
    expect(calls[0]?.url).toBe('/api/v1/people/a%2Fb');
    expect(calls[0]?.init.headers).toMatchObject({ 'If-Match': '"3"', 'X-Hinomi-Reason': encodeURIComponent('人事異動のため') });
  });

  it('carry a key where they may be sent again, and none for a preview', async () => {
    const calls = answer(200, { count: 0, done: 0, refused: [] });
    await createRecord('people', { name: 'x' }, 'k1');
    await bulk('people', { ids: [], preview: true }, 'k2');
    await bulk('people', { ids: [], preview: false }, 'k2');
    expect(calls.map((call) => (call.init.headers as Record<string, string>)['Idempotency-Key'])).toEqual(['k1', undefined, 'k2']);
  });

  it('bring the faults of the server along', async () => {
    answer(422, { code: 'invalid', detail: 'd', id: 'e1', faults: [{ field: 'name', code: 'needed', detail: '' }] });
    const error = await createRecord('people', {}, 'k').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ kind: 'invalid', id: 'e1', faults: [{ field: 'name', code: 'needed' }] });
  });

  it('are not taken for done while they wait for an approval', async () => {
    answer(202, { status: 202, code: 'needs_approval', approval: 'a' });
    await expect(changeRecord('people', 'i', 1, { name: 'x' })).rejects.toMatchObject({ kind: 'needs_approval' });
  });

  it('tell apart why something is refused', () => {
    expect([kindOfFailure(403, 'forbidden'), kindOfFailure(403, 'needs_step_up'), kindOfFailure(422, 'needs_reason'), kindOfFailure(412, 'stale'), kindOfFailure(409, 'conflict')]).toEqual(['forbidden', 'needs_step_up', 'needs_reason', 'stale', 'conflict']);
  });
});

describe('ids made here', () => {
  it('are UUIDs of version 7 in the order of time', () => {
    const ids = [1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000].map((now) => newId(now));
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(Array.from({ length: 1000 }, () => newId(1))).size).toBe(1000);
  });
});

describe('bytes of passkeys', () => {
  it('go to text and back', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    const text = toBase64Url(bytes.buffer);
    expect(text).not.toMatch(/[+/=]/);
    expect([...fromBase64Url(text)]).toEqual([...bytes]);
  });
});
