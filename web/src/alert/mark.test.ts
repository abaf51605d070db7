import { describe, expect, it } from 'vitest';
import { markOf } from './mark';

const marked = (modifier: string, expected: string, value: string) => {
  const range = markOf(modifier, expected, value);
  return range && value.slice(range.from, range.to);
};

describe('markOf', () => {
  it('finds what a rule looked for, whatever its case', () => {
    expect(marked('endswith', '\\cmd.exe', 'C:\\Windows\\CMD.EXE')).toBe('\\CMD.EXE');
    expect(marked('contains', ' -enc', 'powershell -Enc AAAA')).toBe(' -Enc');
    expect(marked('startswith', 'http', 'HTTP/1.1')).toBe('HTTP');
    expect(marked('', 'SYSTEM', 'system')).toBe('system');
  });

  it('points at the longest fixed piece of a pattern', () => {
    expect(marked('', '*\\mimikatz*.exe', 'C:\\x\\mimikatz-2.exe')).toBe('\\mimikatz');
  });

  it('marks nothing that is not there, and no empty text', () => {
    expect(markOf('endswith', 'x', 'xy')).toBeUndefined();
    expect(markOf('contains', '', 'xy')).toBeUndefined();
    expect(markOf('', '*', 'xy')).toBeUndefined();
    expect(markOf('contains', 'i', 'İİ')).toBeUndefined();
  });

  it('takes expressions as a whole, without running them', () => {
    expect(marked('re', '(a+)+$', 'aaaa!')).toBe('aaaa!');
  });
});
