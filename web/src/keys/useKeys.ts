// The one place where keys are read. A key that belongs to kana conversion, to a text field or to a dialog never
// reaches a shortcut; raw keydown handlers are banned by eslint.config.js.
import { useEffect, useRef } from 'react';
import type { KeyboardEvent as ReactKeyboardEvent } from 'react';

export interface KeyLike {
  readonly key: string;
  readonly isComposing?: boolean;
  readonly keyCode: number;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

// isComposing alone fails: Safari ends the composition before its confirming Enter, and the first key comes before
// the composition begins; both carry key code 229.
export function isConverting(event: KeyLike): boolean {
  return event.isComposing === true || event.keyCode === 229;
}

// A binding is one key ("j", "Enter", "?") or two in a row ("g a").
export type Bindings = Readonly<Record<string, () => void>>;
export const sequenceMs = 1200;

export class KeySequence {
  private first = '';
  private firstAt = 0;

  // What this key calls, if anything.
  take(key: string, at: number, bindings: Bindings): (() => void) | undefined {
    const known = (name: string) => (Object.hasOwn(bindings, name) ? bindings[name] : undefined);
    const pair = this.first !== '' && at - this.firstAt <= sequenceMs ? known(`${this.first} ${key}`) : undefined;
    this.first = '';
    if (pair) return pair;
    if (Object.keys(bindings).some((name) => name.startsWith(`${key} `))) {
      this.first = key;
      this.firstAt = at;
    }
    return known(key);
  }
}

function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

// Enter and space on a button or link mean the button or link.
function isForControl(event: KeyboardEvent): boolean {
  return (
    (event.key === 'Enter' || event.key === ' ') &&
    event.target instanceof HTMLElement &&
    event.target.closest('button, a, summary, [role="menuitem"]') !== null
  );
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('[role="dialog"][aria-modal="true"], [role="menu"]') !== null;
}

interface Options {
  // Single letters may be switched off (WCAG 2.1.4); Enter, Escape and arrows stay.
  readonly letters?: boolean;
}

// Shortcuts of a page or of the whole application.
export function useKeys(bindings: Bindings, { letters = true }: Options = {}): void {
  const current = useRef({ bindings, letters });
  useEffect(() => {
    current.current = { bindings, letters };
  });
  useEffect(() => {
    const sequence = new KeySequence();
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isConverting(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTextField(event.target) || isForControl(event) || isInDialog(event.target)) return;
      if (event.key.length === 1 && !current.current.letters) return;
      const action = sequence.take(event.key, event.timeStamp, current.current.bindings);
      if (action) {
        event.preventDefault();
        action();
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

// Ctrl (or Cmd) with a letter works everywhere, in text fields too, but never during a conversion.
export function useCommandKey(letter: string, action: () => void): void {
  const current = useRef(action);
  useEffect(() => {
    current.current = action;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isConverting(event) || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
      if (event.key.toLowerCase() !== letter || isInDialog(event.target)) return;
      event.preventDefault();
      current.current();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [letter]);
}

// For a text field: spread the result onto it. Keys of a conversion are left to the conversion.
export function fieldKeys(bindings: Readonly<Record<string, () => boolean | void>>) {
  return {
    onKeyDown: (event: ReactKeyboardEvent) => {
      if (isConverting(event.nativeEvent)) return;
      const action = Object.hasOwn(bindings, event.key) ? bindings[event.key] : undefined;
      if (action && action() !== false) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
  };
}
