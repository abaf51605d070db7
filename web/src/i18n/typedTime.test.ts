import { describe, expect, it } from 'vitest';
import { shownTime, typedDate, typedTime } from './typedTime';

const now = Date.UTC(2026, 10, 25, 3);

describe('a typed time', () => {
  it('is understood in the ways people write it', () => {
    for (const text of ['2026-11-25 14:05', '2026/11/25 14:05', '11/25 14:05', '２０２６／１１／２５　１４：０５', '2026年11月25日 14時05分', '2026-11-25T14:05:00']) {
      expect(typedTime(text, 'JST', now), text).toBe('2026-11-25T05:05:00.000Z');
    }
    expect(typedTime('2026-11-25', 'UTC', now)).toBe('2026-11-25T00:00:00.000Z');
    expect(typedDate('11/25', now)).toBe('2026-11-25');
  });

  it('is refused when there is no such time', () => {
    for (const text of ['', 'now', '2026-11-31', '2026-02-29', '2026-11-25 24:00', '2026-11-25 1:60', '2026-13-01', '1-1-1', '2026-11-25 14:05 x']) {
      expect(typedTime(text, 'JST', now), text).toBeUndefined();
    }
    expect(typedDate('2026-11-25 14:05', now)).toBeUndefined();
  });

  it('is shown so that it is read back the same', () => {
    expect(shownTime('2026-11-25T05:05:02.123456789Z', 'JST')).toBe('2026-11-25 14:05:02');
    expect(typedTime(shownTime('2026-11-25T05:05:02Z', 'JST'), 'JST')).toBe('2026-11-25T05:05:02.000Z');
  });
});
