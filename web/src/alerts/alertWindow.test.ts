import { describe, expect, it, vi } from 'vitest';
import type { AlertPage, AlertRow } from '../api/types';
import { AlertWindow, maxPages, pageSize } from './alertWindow';

function row(seq: number, version = seq, count = 1): AlertRow {
  const time = '2026-11-25T00:00:00Z';
  return {
    id: `a${seq}`, seq, version, rule: { id: 'r', title: 'T', title_ja: '', level: 'high', tags: [] },
    entity: { field: 'Computer', value: 'pc' }, realm: 'real', status: 'new',
    first_seen: time, last_seen: time, first_received: time, last_received: time, count,
  };
}

// A server with alerts 1 … n, newest first.
class Server {
  calls: { offset: number; until: number | undefined; limit: number }[] = [];
  fail = false;
  constructor(public size: number) {}
  fetch = async (offset: number, until: number | undefined, limit: number): Promise<AlertPage> => {
    this.calls.push({ offset, until, limit });
    if (this.fail) throw new Error('down');
    const newest = Math.min(this.size, until ?? this.size);
    const items: AlertRow[] = [];
    for (let seq = newest - offset; seq > 0 && items.length < limit; seq -= 1) items.push(row(seq));
    return { items, total: newest, version: newest, max_seq: newest };
  };
}

async function loaded(size: number) {
  const server = new Server(size);
  const list = new AlertWindow(server.fetch);
  await list.load();
  return { server, list };
}

const settle = () => vi.waitFor(() => Promise.resolve());

describe('AlertWindow', () => {
  it('loads only the pages that are looked at', async () => {
    const { server, list } = await loaded(50_000);
    list.look(10_000, 10_030);
    await settle();
    expect(list.row(10_000)?.seq).toBe(40_000);
    expect(list.row(20_000)).toBeUndefined();
    expect(server.calls).toHaveLength(2);
    expect(server.calls[1]).toEqual({ offset: 10_000, until: 50_000, limit: pageSize });
  });

  it('keeps every row in its place while alerts arrive', async () => {
    const { server, list } = await loaded(1000);
    server.size = 1500;
    list.apply({ version: 1500, items: [row(1500)] });
    list.look(400, 420);
    await vi.waitFor(() => expect(list.snapshot().fresh).toBe(500));
    expect(list.row(400)?.seq).toBe(600);
    expect(list.snapshot().total).toBe(1000);
    await list.load();
    expect(list.row(0)?.seq).toBe(1500);
    expect(list.snapshot()).toMatchObject({ total: 1500, fresh: 0 });
  });

  it('changes a loaded row in place, never back to an older version', async () => {
    const { list } = await loaded(300);
    const before = list.row(1);
    list.apply({ version: 400, items: [row(300, 400, 7)] });
    expect(list.row(0)?.count).toBe(7);
    expect(list.row(1)).toBe(before);
    list.apply({ version: 350, items: [row(300, 350, 3)] });
    expect(list.row(0)?.count).toBe(7);
  });

  it('does not count a change of an alert that is not loaded as new', async () => {
    const { server, list } = await loaded(1000);
    list.apply({ version: 1001, items: [row(5, 1001)] });
    await settle();
    expect(server.calls).toHaveLength(1);
  });

  it('keeps a bounded number of pages', async () => {
    const { list } = await loaded(pageSize * (maxPages + 10));
    for (let page = 1; page < maxPages + 5; page += 1) {
      list.look(page * pageSize, page * pageSize);
      await vi.waitFor(() => expect(list.row(page * pageSize)).toBeDefined());
    }
    expect(list.row(0)).toBeUndefined();
    expect(list.indexOf(`a${pageSize * (maxPages + 10)}`)).toBeUndefined();
    expect(list.row((maxPages + 4) * pageSize)).toBeDefined();
  });

  it('says when it cannot be loaded, keeps what it has, and tries again', async () => {
    const { server, list } = await loaded(1000);
    server.fail = true;
    list.look(500, 510);
    await vi.waitFor(() => expect(list.hasFailedPages()).toBe(true));
    expect(list.row(0)?.seq).toBe(1000);
    server.fail = false;
    list.retryPages();
    list.look(500, 510);
    await vi.waitFor(() => expect(list.row(500)?.seq).toBe(500));
  });

  it('forgets the answer to a question that was overtaken', async () => {
    const answers: ((page: AlertPage) => void)[] = [];
    const list = new AlertWindow(() => new Promise((resolve) => answers.push(resolve)));
    const first = list.load();
    const second = list.load();
    answers[1]!({ items: [row(2)], total: 1, version: 2, max_seq: 2 });
    answers[0]!({ items: [row(1)], total: 1, version: 1, max_seq: 1 });
    await Promise.all([first, second]);
    expect(list.row(0)?.seq).toBe(2);
  });
});
