// Where in an event's value stands what a rule looked for. For the eye only: what the rule decided is in `held`.
import type { Range } from '../text/Visible';

function plainOf(expected: string): string | undefined {
  // Sigma's own escapes: "\*" and "\?" are the characters themselves; wildcards are not looked for.
  if (/(?:^|[^\\])[*?]/.test(expected)) return undefined;
  return expected.replace(/\\([*?\\])/g, '$1');
}

// The longest piece between wildcards.
function longestPiece(expected: string): string {
  return expected.split(/[*?]+/).reduce((best, piece) => (piece.length > best.length ? piece : best), '');
}

export function markOf(modifier: string, expected: string, value: string): Range | undefined {
  if (expected === '' || value === '' || value.length > 65_536) return undefined;
  const lowered = value.toLowerCase();
  // Lower case of some letters is longer: then positions do not fit.
  if (lowered.length !== value.length) return undefined;
  const wanted = (plainOf(expected) ?? longestPiece(expected)).toLowerCase();
  const at = (position: number): Range | undefined => (position < 0 || wanted === '' ? undefined : { from: position, to: position + wanted.length });
  const words = modifier.split('|');
  if (words.includes('endswith')) return lowered.endsWith(wanted) ? at(value.length - wanted.length) : undefined;
  if (words.includes('startswith')) return lowered.startsWith(wanted) ? at(0) : undefined;
  if (words.includes('re') || words.includes('cidr') || /^(lt|lte|gt|gte|exists)$/.test(modifier)) return { from: 0, to: value.length };
  return at(lowered.indexOf(wanted));
}
