import { describe, expect, it } from 'vitest';
import { cutAtCharacter, segments, visible } from './visible';

describe('visible', () => {
  it('shows controls as escapes', () => {
    expect(visible('a\x1b[2J\x00\x7f\n\t')).toBe('a\\x1b[2J\\x00\\x7f\\n\\t');
  });

  it('shows what reorders a line, so that exe.cod cannot pose as doc.exe', () => {
    expect(visible('\u202ecod.exe')).toBe('\\u{202e}cod.exe');
    expect(visible('\u2066a\u2069')).toBe('\\u{2066}a\\u{2069}');
  });

  it('shows what takes no room: zero widths, tags, fillers', () => {
    expect(visible('a\u200bb\ufeff\u{e0041}\u3164')).toBe('a\\u{200b}b\\u{feff}\\u{e0041}\\u{3164}');
  });

  it('shows half a surrogate pair and keeps whole ones', () => {
    expect(visible('\ud800x😀')).toBe('\\u{d800}x😀');
  });

  it('leaves Japanese, combining and variation characters alone', () => {
    for (const text of ['経理部', 'か\u3099', '葛\u{e0100}', '①㈱～', '\\u202e']) expect(visible(text)).toBe(text);
  });

  it('tells escapes from text that looks like one', () => {
    expect(segments('\\n\n')).toEqual([
      { text: '\\n', escaped: false },
      { text: '\\n', escaped: true },
    ]);
    expect(segments('')).toEqual([]);
  });
});

describe('cutAtCharacter', () => {
  it('does not leave half a character', () => {
    expect(cutAtCharacter('a😀b', 2)).toBe('a');
    expect(cutAtCharacter('a😀b', 3)).toBe('a😀');
    expect(cutAtCharacter('abc', 5)).toBe('abc');
  });
});
