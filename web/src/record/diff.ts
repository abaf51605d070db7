// What changed between two texts, word by word, for people to read. Words of Latin script, single characters of others:
// a changed kanji is seen as one.

export interface Piece {
  readonly kind: 'same' | 'gone' | 'new';
  readonly text: string;
}

// More and the texts are shown whole, one after the other.
export const maxWords = 2000;

const words = (text: string): string[] => text.match(/[\p{Script=Latin}\p{N}_]+|\s+|./gsu) ?? [];

// Lengths of the longest common sequences of the rests.
function table(a: readonly string[], b: readonly string[]): Uint16Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    const row = rows[i] as Uint16Array;
    const below = rows[i + 1] as Uint16Array;
    for (let j = b.length - 1; j >= 0; j -= 1) {
      row[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return rows;
}

export function differences(before: string, after: string): Piece[] {
  if (before === after) return before === '' ? [] : [{ kind: 'same', text: before }];
  const a = words(before);
  const b = words(after);
  if (a.length > maxWords || b.length > maxWords) {
    return [...(before === '' ? [] : [{ kind: 'gone', text: before } as const]), ...(after === '' ? [] : [{ kind: 'new', text: after } as const])];
  }
  const rows = table(a, b);
  const out: Piece[] = [];
  const add = (kind: Piece['kind'], text: string) => {
    const last = out[out.length - 1];
    if (last?.kind === kind) out[out.length - 1] = { kind, text: last.text + text };
    else out.push({ kind, text });
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add('same', a[i] ?? '');
      i += 1;
      j += 1;
    } else if (i < a.length && (j >= b.length || (rows[i + 1]?.[j] ?? 0) >= (rows[i]?.[j + 1] ?? 0))) {
      add('gone', a[i] ?? '');
      i += 1;
    } else {
      add('new', b[j] ?? '');
      j += 1;
    }
  }
  return grouped(out);
}

// Of several changes in a row, what went stands before what came.
function grouped(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  let gone = '';
  let added = '';
  const flush = () => {
    if (gone !== '') out.push({ kind: 'gone', text: gone });
    if (added !== '') out.push({ kind: 'new', text: added });
    gone = '';
    added = '';
  };
  for (const piece of pieces) {
    if (piece.kind === 'gone') gone += piece.text;
    else if (piece.kind === 'new') added += piece.text;
    else {
      flush();
      out.push(piece);
    }
  }
  flush();
  return out;
}

// Who changed what at the same time: for a dialog of "theirs and yours".
export interface Conflict {
  readonly field: string;
  readonly base: unknown;
  readonly theirs: unknown;
  readonly mine: unknown;
}

const equal = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

// Of what I want to set: what somebody else has set to something else meanwhile.
export function conflictsOf(base: Readonly<Record<string, unknown>>, theirs: Readonly<Record<string, unknown>>, mine: Readonly<Record<string, unknown>>): Conflict[] {
  return Object.keys(mine)
    .filter((field) => !equal(base[field], theirs[field]) && !equal(theirs[field], mine[field]))
    .map((field) => ({ field, base: base[field], theirs: theirs[field], mine: mine[field] }));
}
