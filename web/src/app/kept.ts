// Small things that a person set for themselves in this browser, such as the columns of a list: one entry of
// localStorage each, in step between the components of a page.
import { useCallback, useSyncExternalStore } from 'react';

const prefix = 'hinomi.kept.';
const known = new Map<string, { text: string | null; value: unknown }>();
const listeners = new Set<() => void>();

function stored(key: string): string | null {
  try {
    return localStorage.getItem(prefix + key);
  } catch {
    return null;
  }
}

// What stands there, as it was written; undefined where nothing or nonsense does.
export function kept(key: string): unknown {
  const entry = known.get(key);
  if (entry) return entry.value;
  const text = stored(key);
  let value: unknown;
  try {
    value = text === null ? undefined : (JSON.parse(text) as unknown);
  } catch {
    value = undefined;
  }
  known.set(key, { text, value });
  return value;
}

export function keep(key: string, value: unknown): void {
  const text = value === undefined ? null : JSON.stringify(value);
  known.set(key, { text, value });
  try {
    if (text === null) localStorage.removeItem(prefix + key);
    else localStorage.setItem(prefix + key, text);
  } catch {
    // Refused: the choice lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

if (typeof window !== 'undefined') {
  window.addEventListener('storage', (event) => {
    if (event.key !== null && !event.key.startsWith(prefix)) return;
    known.clear();
    for (const listener of listeners) listener();
  });
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function useKept(key: string): readonly [unknown, (value: unknown) => void] {
  const value = useSyncExternalStore(subscribe, () => kept(key));
  const set = useCallback((next: unknown) => keep(key, next), [key]);
  return [value, set];
}
