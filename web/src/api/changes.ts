// News of records: which changed, not what; whoever shows one asks again. At most four times a second, so that a bulk
// change of a thousand records is a few requests and not a thousand.
import { createContext, use, useEffect, useRef } from 'react';
import { SharedSource } from './sharedSource';

export interface ChangeNews {
  readonly seq: number;
  readonly entity: string;
  readonly record: string;
  readonly version: number;
  readonly kind: string;
  readonly action?: string;
}

export type Batch = { readonly changes: readonly ChangeNews[] } | { readonly missed: true };

export const batchMs = 250;
// More at once and everything is asked for again instead.
export const maxBatch = 2000;

// Gathers what comes in and hands it on, the newest version of each record once.
export class Gatherer {
  private waiting = new Map<string, ChangeNews>();
  private missed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly hand: (batch: Batch) => void) {}

  add(change: ChangeNews): void {
    const known = this.waiting.get(change.record);
    if (!known || known.version <= change.version) {
      // What was made and changed within one batch is new to those who hear of it.
      const kind = known?.kind === 'create' && change.kind === 'change' ? 'create' : change.kind;
      this.waiting.set(change.record, { ...change, kind });
    }
    if (this.waiting.size > maxBatch) this.miss();
    else this.soon();
  }

  miss(): void {
    this.missed = true;
    this.waiting.clear();
    this.soon();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const batch: Batch = this.missed ? { missed: true } : { changes: [...this.waiting.values()] };
      this.missed = false;
      this.waiting = new Map();
      this.hand(batch);
    }, batchMs);
  }
}

type Listener = (batch: Batch) => void;

export interface NewsOf {
  readonly start: () => void;
  readonly stop: () => void;
  readonly subscribe: (listener: Listener) => () => void;
}

// `onLost`: the stream broke off, for a moment or for good.
export function newsFrom(channel: string, address: string, onLost?: () => void): NewsOf {
  const listeners = new Set<Listener>();
  const gatherer = new Gatherer((batch) => {
    for (const listener of listeners) listener(batch);
  });
  const source = new SharedSource({ channel, address, events: ['change'], greeting: 'hello' });
  let opened = false;
  source.subscribe((news) => {
    if (news.type === 'event') gatherer.add(news.data as ChangeNews);
    if (news.type === 'connection' && news.state === 'lost') onLost?.();
    // The first opening missed nothing.
    if (news.type === 'hello') {
      if (opened) gatherer.miss();
      opened = true;
    }
  });
  return {
    start: () => source.start(),
    stop: () => {
      gatherer.stop();
      source.stop();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

export const changes = newsFrom('hinomi-changes', '/api/v1/changes/stream');

// Of which records the news are: within a vault those of the vault.
export const NewsContext = createContext(changes);

export function useChanges(onBatch: Listener): void {
  const news = use(NewsContext);
  const current = useRef(onBatch);
  useEffect(() => {
    current.current = onBatch;
  });
  useEffect(() => news.subscribe((batch) => current.current(batch)), [news]);
}

export const concerns = (batch: Batch, entity: string): boolean => 'missed' in batch || batch.changes.some((change) => change.entity === entity);
