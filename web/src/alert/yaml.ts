// Tokens of a rule's YAML for colouring. Not a parser: what it takes wrongly is coloured wrongly, nothing more.
export type TokenKind = 'key' | 'string' | 'comment' | 'mark' | 'constant' | 'plain';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const lineParts = /^(\s*(?:-\s+)*)([^\s#'":][^#'":]*?|'[^']*'|"[^"]*")(:)(?=\s|$)/;
const listMark = /^(\s*(?:-\s+)+|\s*-$)/;

function valueTokens(text: string): Token[] {
  const tokens: Token[] = [];
  const rest = /^(\s*)((?:'(?:[^']|'')*'|"(?:\\.|[^"\\])*")|[^#]*?(?:\S#[^#]*?)*)(\s*)(\s#.*|^#.*)?$/.exec(text);
  if (!rest) return [{ kind: 'plain', text }];
  const [, before = '', value = '', between = '', comment = ''] = rest;
  if (before) tokens.push({ kind: 'plain', text: before });
  if (value) tokens.push({ kind: kindOf(value), text: value });
  if (between) tokens.push({ kind: 'plain', text: between });
  if (comment) tokens.push({ kind: 'comment', text: comment });
  return tokens;
}

function kindOf(value: string): TokenKind {
  if (/^['"]/.test(value)) return 'string';
  if (/^(?:-?\d+(?:\.\d+)?|true|false|null|~)$/.test(value)) return 'constant';
  if (/^[|>][+-]?\d?$/.test(value)) return 'mark';
  return 'plain';
}

// Of one line.
export function tokens(line: string): Token[] {
  // Long lines are data, and colour is for reading.
  if (line.length > 2000) return [{ kind: 'plain', text: line }];
  if (/^\s*#/.test(line)) return [{ kind: 'comment', text: line }];
  const key = lineParts.exec(line);
  if (key) {
    const [all, before = '', name = '', colon = ''] = key;
    const head: Token[] = [{ kind: 'mark', text: before }, { kind: 'key', text: name }, { kind: 'mark', text: colon }];
    return [...head, ...valueTokens(line.slice(all.length))].filter((token) => token.text !== '');
  }
  const mark = listMark.exec(line)?.[0] ?? '';
  return [{ kind: 'mark' as const, text: mark }, ...valueTokens(line.slice(mark.length))].filter((token) => token.text !== '');
}
