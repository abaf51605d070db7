import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Gatherer, batchMs, concerns, maxBatch } from './changes';
import type { Batch } from './changes';

const change = (seq: number, record = `r${seq}`, version = 1, kind = 'change') => ({ seq, entity: 'person', record, version, kind });

describe('news of records', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are handed on together, at most four times a second', () => {
    const batches: Batch[] = [];
    const gatherer = new Gatherer((batch) => batches.push(batch));
    for (let ms = 0; ms < 1000; ms += 10) {
      gatherer.add(change(ms));
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(batchMs);
    expect(batches.length).toBeLessThanOrEqual(5);
    expect(batches.flatMap((batch) => ('changes' in batch ? batch.changes : [])).length).toBe(100);
  });

  it('hold the newest version of each record', () => {
    const batches: Batch[] = [];
    const gatherer = new Gatherer((batch) => batches.push(batch));
    gatherer.add(change(1, 'a', 1, 'create'));
    gatherer.add(change(3, 'a', 3));
    gatherer.add(change(2, 'a', 2));
    vi.advanceTimersByTime(batchMs);
    expect(batches).toEqual([{ changes: [{ ...change(3, 'a', 3), kind: 'create' }] }]);
  });

  it('become "everything" where they are too many or were missed', () => {
    const batches: Batch[] = [];
    const gatherer = new Gatherer((batch) => batches.push(batch));
    for (let at = 0; at <= maxBatch; at += 1) gatherer.add(change(at));
    vi.advanceTimersByTime(batchMs);
    expect(batches).toEqual([{ missed: true }]);
    expect(concerns({ missed: true }, 'person')).toBe(true);
    expect(concerns({ changes: [change(1)] }, 'post')).toBe(false);
  });
});
