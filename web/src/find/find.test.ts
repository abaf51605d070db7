import { describe, expect, it } from 'vitest';
import { best, refang, score, thingOf } from './find';

describe('what was pasted', () => {
  it('is known for what it is', () => {
    expect(thingOf('203.0.113.77')).toEqual({ kind: 'ip', value: '203.0.113.77' });
    expect(thingOf(' 203[.]0[.]113[.]77 ')).toEqual({ kind: 'ip', value: '203.0.113.77' });
    expect(thingOf('2001:db8::1')).toEqual({ kind: 'ip', value: '2001:db8::1' });
    expect(thingOf('D41D8CD98F00B204E9800998ECF8427E')).toEqual({ kind: 'hash', value: 'd41d8cd98f00b204e9800998ecf8427e' });
    expect(thingOf('hxxps://cdn-invoice[.]example/a?b')).toEqual({ kind: 'url', value: 'https://cdn-invoice.example/a?b' });
    expect(thingOf('billing@cdn-invoice.example')?.kind).toBe('mail');
    expect(thingOf('cdn-invoice.example')?.kind).toBe('domain');
    expect(thingOf('２０３．０．１１３．７７')?.kind).toBe('ip');
  });

  it('is taken for nothing where it is words', () => {
    for (const text of ['', '経理部', '999.1.1.1', '1.2.3', 'hello world', '12:30', 'deadbeef', 'a..b']) expect(thingOf(text), text).toBeUndefined();
  });

  it('never becomes a script', () => {
    expect(thingOf('javascript:alert(1)')).toBeUndefined();
    expect(refang('javascript[:]alert(1)')).toBe('javascript:alert(1)');
  });
});

describe('finding by name', () => {
  it('wants every word, in any width', () => {
    expect(score('B-1 リアルタイム基本分析', 'Ｂ－1 分析')).toBeGreaterThan(0);
    expect(score('B-1 リアルタイム基本分析', 'B-2')).toBe(0);
  });

  it('puts the beginning of a name first', () => {
    expect(best(['Open work', 'Work', 'Network'], (name) => name, 'work', 2)).toEqual(['Work', 'Open work']);
  });
});
