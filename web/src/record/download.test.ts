import { describe, expect, it } from 'vitest';
import { nameIn } from './download';

describe('the name of a file that comes', () => {
  it('is read from the form for all languages', () => {
    expect(nameIn(`attachment; filename="_2026-11-25.csv"; filename*=UTF-8''%E4%BA%BA_2026-11-25.csv`)).toBe('人_2026-11-25.csv');
  });
  it('is none where there is none, or a broken one', () => {
    expect(nameIn(null)).toBeUndefined();
    expect(nameIn('attachment')).toBeUndefined();
    expect(nameIn(`attachment; filename*=UTF-8''%E4%`)).toBeUndefined();
  });
});
