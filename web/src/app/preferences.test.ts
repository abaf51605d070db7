import { describe, expect, it } from 'vitest';
import { languageOfBrowser, parsePreferences } from './preferences';

describe('preferences', () => {
  it('are Japanese first', () => {
    expect(languageOfBrowser([])).toBe('ja');
    expect(languageOfBrowser(['ja-JP', 'en'])).toBe('ja');
    expect(languageOfBrowser(['en-GB', 'ja'])).toBe('en');
    expect(languageOfBrowser(['de'])).toBe('en');
  });

  it('survive what is damaged or unknown', () => {
    const plain = { language: 'ja', theme: 'auto', zone: 'JST', letterKeys: true, organisation: 0 };
    for (const stored of [null, '', '{', '[]', 'null', '"x"', '{"language":"fr","theme":1}']) {
      expect(parsePreferences(stored, ['ja'])).toEqual(plain);
    }
  });

  it('are read back as they were chosen', () => {
    const chosen = { language: 'en', theme: 'dark', zone: 'UTC', letterKeys: false, organisation: 2 } as const;
    expect(parsePreferences(JSON.stringify(chosen), ['ja'])).toEqual(chosen);
  });
});
