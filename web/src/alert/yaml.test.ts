import { describe, expect, it } from 'vitest';
import { tokens } from './yaml';

const kinds = (line: string) => tokens(line).map((token) => `${token.kind}:${token.text.trim()}`);

describe('tokens', () => {
  it('tell keys, texts, numbers and comments', () => {
    expect(kinds('title: Office')).toEqual(['key:title', 'mark::', 'plain:', 'plain:Office']);
    expect(kinds("  Image|endswith: '\\cmd.exe' # note")).toContain("string:'\\cmd.exe'");
    expect(kinds("  Image|endswith: '\\cmd.exe' # note")).toContain('comment:# note');
    expect(kinds('  - 4624')).toContain('constant:4624');
    expect(kinds('# head')).toEqual(['comment:# head']);
  });

  it('lose no character', () => {
    for (const line of ['', '   ', "a: 'it''s' # x", '- - x: "y\\""', 'x#y: z#w', "': '", 'a:b', '\t- ü: |', '漢字: 値', "a: 'open"]) {
      expect(tokens(line).map((token) => token.text).join('')).toBe(line);
    }
  });

  it('take no time on hostile lines', () => {
    const started = performance.now();
    for (const part of ["'", '#', 'a#', ' - ', '\\"', ': ']) {
      const line = part.repeat(1000);
      expect(tokens(line).map((token) => token.text).join('')).toBe(line);
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
