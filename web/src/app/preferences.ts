// What a person chose for this browser: language, theme, time zone, company, single-letter keys. Kept in localStorage and in
// step between tabs; never sent to the server.
import { createContext, use, useSyncExternalStore } from 'react';
import { languages } from '../i18n/messages';
import type { Language } from '../i18n/messages';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];
export const zones = ['JST', 'UTC'] as const;
export type Zone = (typeof zones)[number];

export interface Preferences {
  readonly language: Language;
  readonly theme: Theme;
  readonly zone: Zone;
  readonly letterKeys: boolean;
  // Key of the company that is looked at; 0: all together.
  readonly organisation: number;
}

const storageKey = 'hinomi.preferences';

function oneOf<T extends string>(values: readonly T[], value: unknown, otherwise: T): T {
  return values.find((known) => known === value) ?? otherwise;
}

// Japanese first: English only for browsers that ask for another language.
export function languageOfBrowser(wanted: readonly string[]): Language {
  const first = wanted[0]?.toLowerCase() ?? 'ja';
  return first === 'ja' || first.startsWith('ja-') ? 'ja' : 'en';
}

export function parsePreferences(stored: string | null, wanted: readonly string[]): Preferences {
  let values: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(stored ?? '{}');
    if (typeof parsed === 'object' && parsed !== null) values = parsed as Record<string, unknown>;
  } catch {
    // Not ours, or damaged: as if nothing had been chosen.
  }
  return {
    language: oneOf(languages, values['language'], languageOfBrowser(wanted)),
    theme: oneOf(themes, values['theme'], 'auto'),
    zone: oneOf(zones, values['zone'], 'JST'),
    letterKeys: values['letterKeys'] !== false,
    organisation: Number.isSafeInteger(values['organisation']) ? (values['organisation'] as number) : 0,
  };
}

// Private windows may refuse storage; then a choice lasts as long as the page.
function readStored(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

let current: Preferences | undefined;
const listeners = new Set<() => void>();

export function preferences(): Preferences {
  current ??= parsePreferences(readStored(), navigator.languages);
  return current;
}

function tell() {
  for (const listener of listeners) listener();
}

export function prefer(change: Partial<Preferences>): void {
  current = { ...preferences(), ...change };
  try {
    localStorage.setItem(storageKey, JSON.stringify(current));
  } catch {
    // See readStored.
  }
  tell();
}

if (typeof window !== 'undefined') {
  window.addEventListener('storage', (event) => {
    if (event.key !== storageKey && event.key !== null) return;
    current = undefined;
    tell();
  });
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

// For the root alone; it passes them on, so that a row of a list need not listen for itself.
export function useStoredPreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences);
}

export const PreferencesContext = createContext<Preferences | undefined>(undefined);

export function usePreferences(): Preferences {
  return use(PreferencesContext) ?? preferences();
}
