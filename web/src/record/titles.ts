// Titles of records that others refer to: gathered for a moment, asked for together, kept. A record that is hidden or
// gone has none.
import { createContext, use, useEffect, useSyncExternalStore } from 'react';
import { titlesOf } from '../api/records';
import type { Title } from '../api/records';

const gatherMs = 20;
const idsAtOnce = 100;
const maxKept = 5000;

type State = Title | 'asked' | 'unknown';

export class Titles {
  private readonly known = new Map<string, State>();
  private readonly listeners = new Set<() => void>();
  private waiting = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ask: (ids: readonly string[]) => Promise<Readonly<Record<string, Title>>>) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  get(id: string): State | undefined {
    return this.known.get(id);
  }

  want(id: string): void {
    if (id === '' || this.known.has(id)) return;
    this.known.set(id, 'asked');
    this.waiting.add(id);
    this.timer ??= setTimeout(() => void this.fetch(), gatherMs);
  }

  // What was learned elsewhere, such as from a search.
  learn(id: string, title: Title): void {
    const known = this.known.get(id);
    if (typeof known === 'object' && known.title === title.title) return;
    this.known.set(id, title);
    this.tell();
  }

  // Asked for again by whoever still shows it.
  forget(ids: readonly string[]): void {
    let any = false;
    for (const id of ids) {
      if (!this.known.delete(id)) continue;
      any = true;
    }
    if (any) this.tell();
  }

  private async fetch(): Promise<void> {
    this.timer = undefined;
    const all = [...this.waiting];
    this.waiting = new Set();
    for (let from = 0; from < all.length; from += idsAtOnce) {
      const part = all.slice(from, from + idsAtOnce);
      try {
        const found = await this.ask(part);
        for (const id of part) this.known.set(id, Object.hasOwn(found, id) ? (found[id] ?? 'unknown') : 'unknown');
      } catch {
        for (const id of part) this.known.set(id, 'unknown');
      }
    }
    for (const id of this.known.keys()) {
      if (this.known.size <= maxKept) break;
      this.known.delete(id);
    }
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export const titles = new Titles((ids) => titlesOf(ids));

// Within a vault its own: what is learned there is not kept outside.
export const TitlesContext = createContext(titles);
export const useTitles = (): Titles => use(TitlesContext);

export function useRecordTitle(id: string): State | undefined {
  const titles = useTitles();
  const state = useSyncExternalStore(titles.subscribe, () => titles.get(id));
  useEffect(() => {
    if (state === undefined) titles.want(id);
  }, [id, state, titles]);
  return state;
}
