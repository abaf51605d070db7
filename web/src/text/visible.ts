// Text from logs, made safe to look at: what hides, reorders or moves the cursor becomes a visible escape. The same
// characters as base::is_hidden_or_reordering() of the programs.

// prettier-ignore
const hiddenRanges: readonly (readonly [number, number])[] = [
  [0x00, 0x1f], [0x7f, 0x9f], [0xad, 0xad], [0x61c, 0x61c], [0x115f, 0x1160], [0x180e, 0x180e], [0x200b, 0x200f],
  [0x2028, 0x202e], [0x2060, 0x206f], [0x3164, 0x3164], [0xfeff, 0xfeff], [0xffa0, 0xffa0], [0xfff9, 0xfffb],
  [0xd800, 0xdfff], [0xe0000, 0xe007f],
];

const anyHidden = `[${hiddenRanges.map(([from, to]) => `\\u{${from.toString(16)}}-\\u{${to.toString(16)}}`).join('')}]`;
const hidden = new RegExp(anyHidden, 'gu');
const holdsHidden = new RegExp(anyHidden, 'u');

function escapeOf(character: string): string {
  switch (character) {
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
  }
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

// Most text: then there is nothing to take apart.
export function isPlain(text: string): boolean {
  return !holdsHidden.test(text);
}

export interface Segment {
  readonly text: string;
  // True for an escape that stands for a character which would not be seen.
  readonly escaped: boolean;
}

export function segments(text: string): Segment[] {
  const out: Segment[] = [];
  let end = 0;
  for (const found of text.matchAll(hidden)) {
    if (found.index > end) out.push({ text: text.slice(end, found.index), escaped: false });
    out.push({ text: escapeOf(found[0]), escaped: true });
    end = found.index + found[0].length;
  }
  if (end < text.length) out.push({ text: text.slice(end), escaped: false });
  return out;
}

export function visible(text: string): string {
  return text.replace(hidden, escapeOf);
}

// The longest front part of at most `length` UTF-16 units that ends between two whole characters.
export function cutAtCharacter(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
