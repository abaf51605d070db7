// What somebody typed or pasted into the palette may be: an address, a hash, a name of a page. Not for searching itself.

export type ThingKind = 'ip' | 'hash' | 'mail' | 'domain' | 'url';

export interface Thing {
  readonly kind: ThingKind;
  readonly value: string;
}

// "hxxp://203[.]0[.]113[.]7" and its like, as reports write them.
export function refang(text: string): string {
  return text
    .normalize('NFKC')
    .trim()
    .replace(/\[\.\]|\(\.\)|\{\.\}|\[dot\]/gi, '.')
    .replace(/\[:\]/g, ':')
    .replace(/\[@\]|\[at\]/gi, '@')
    .replace(/^hxxp/i, 'http');
}

const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}(?:/\\d{1,2})?$`);
const hash = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i;
const domain = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$/i;
const mail = /^[^\s@]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}$/i;

const isIpv6 = (text: string): boolean => /^[0-9a-f:.]{2,45}$/i.test(text) && text.includes(':') && (text.match(/::/g) ?? []).length <= 1 && text.split(':').length >= 3 && text.split(':').length <= 8 && text.split(':').every((part) => part.length <= 4 || ipv4.test(part));

export function thingOf(text: string): Thing | undefined {
  const plain = refang(text);
  if (plain.length > 2000 || plain === '') return undefined;
  if (ipv4.test(plain) || isIpv6(plain)) return { kind: 'ip', value: plain };
  if (hash.test(plain)) return { kind: 'hash', value: plain.toLowerCase() };
  if (/^(?:https?|ftp):\/\/\S+$/i.test(plain)) return { kind: 'url', value: plain };
  if (mail.test(plain)) return { kind: 'mail', value: plain };
  if (domain.test(plain)) return { kind: 'domain', value: plain.toLowerCase() };
  return undefined;
}

const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

// Every word must be there; a hit at the beginning of a name counts more.
export function score(name: string, typed: string): number {
  const words = folded(typed).split(/\s+/).filter((word) => word !== '');
  const text = folded(name);
  let sum = 0;
  for (const word of words) {
    const at = text.indexOf(word);
    if (at < 0) return 0;
    sum += at === 0 ? 4 : /[\s\-_/（(]/.test(text[at - 1] ?? '') ? 3 : 1;
  }
  return words.length === 0 ? 1 : sum;
}

// The best of them in order, at most so many.
export function best<T>(all: readonly T[], nameOf: (one: T) => string, typed: string, most: number): readonly T[] {
  return all
    .map((one, index) => ({ one, index, score: score(nameOf(one), typed) }))
    .filter((entry) => entry.score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, most)
    .map((entry) => entry.one);
}
