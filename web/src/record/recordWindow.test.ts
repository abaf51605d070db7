import { describe, expect, it, vi } from 'vitest';
import type { AnyRecord } from '../api/records';
import { RecordWindow, idsAtOnce } from './recordWindow';

const record = (at: number, version = 1): AnyRecord => ({ id: `r${at}`, entity: 'case', version, subject: `s${at} v${version}` });
const change = (at: number, version = 2, entity = 'case') => ({ seq: at, entity, record: `r${at}`, version, kind: 'change' });

async function loaded(size: number) {
  const versions = new Map<number, number>();
  const server = { size, asked: [] as number[], some: [] as (readonly string[])[], fail: false };
  const list = new RecordWindow('case', {
    page: async (offset, limit) => {
      server.asked.push(offset);
      const items = Array.from({ length: Math.max(0, Math.min(limit, server.size - offset)) }, (_, at) => record(offset + at, versions.get(offset + at)));
      return { items, ...(offset === 0 ? { total: server.size, total_is_exact: server.size < 1000 } : {}) };
    },
    some: async (ids) => {
      server.some.push(ids);
      if (server.fail) throw new Error('down');
      return ids.map((id) => record(Number(id.slice(1)), 2));
    },
  });
  await list.load();
  return { list, server, versions };
}

describe('RecordWindow', () => {
  it('asks again for what is shown and changed, and leaves it in its place', async () => {
    const { list, server } = await loaded(300);
    await list.apply({ changes: [change(3), change(250), change(5, 2, 'person')] });
    expect(server.some).toEqual([['r3']]);
    expect(list.row(3)).toMatchObject({ id: 'r3', version: 2 });
    expect(list.row(4)).toMatchObject({ id: 'r4', version: 1 });
  });

  it('counts what came and what changed, and shows neither as new rows', async () => {
    const { list, server } = await loaded(100);
    server.size = 112;
    await list.apply({ changes: [{ ...change(111), kind: 'create' }] });
    await vi.waitFor(() => expect(list.snapshot().fresh).toBe(12));
    expect(list.snapshot().total).toBe(100);
    await list.load();
    expect(list.snapshot()).toMatchObject({ total: 112, fresh: 0 });
  });

  it('tells of rows that it could not ask for', async () => {
    const { list, server } = await loaded(10);
    server.fail = true;
    await list.apply({ changes: [change(1), change(2)] });
    await vi.waitFor(() => expect(list.snapshot().fresh).toBe(2));
    expect(list.row(1)).toMatchObject({ version: 1 });
  });

  it('takes a change made here as no news', async () => {
    const { list, server } = await loaded(10);
    list.own(record(4, 2));
    await list.apply({ changes: [change(4)] });
    expect(server.some).toEqual([]);
    expect(list.row(4)).toMatchObject({ version: 2 });
    expect(list.snapshot().fresh).toBe(0);
  });

  it('asks for many in portions', async () => {
    const { list, server } = await loaded(200);
    await list.apply({ changes: Array.from({ length: 150 }, (_, at) => change(at)) });
    expect(server.some.map((ids) => ids.length)).toEqual([idsAtOnce, 50]);
  });

  it('keeps the number of all while later pages come without it', async () => {
    const { list } = await loaded(5000);
    list.look(2000, 2010);
    await vi.waitFor(() => expect(list.row(2005)).toBeDefined());
    expect(list.snapshot().total).toBe(5000);
    expect(list.totalIsExact).toBe(false);
  });
});
