// The rows of a list far larger than what is loaded: pages of 200, fetched where somebody looks, so that row 4,711 is
// at hand in a list of 100,000. Changes of loaded rows come in place; new rows are only counted until they are asked
// for. Not for drawing, and not for what the rows mean (alerts/alertWindow.ts, record/recordWindow.ts).

export const pageSize = 200;
// Beyond this the pages that were looked at longest ago are dropped.
export const maxPages = 40;
const maxAtOnce = 3;

export interface WindowRow {
  readonly id: string;
  readonly version: number;
}

// The mark is what later pages need to be of the same moment as the first.
export interface WindowPage<Row, Mark> {
  readonly items: readonly Row[];
  readonly total: number;
  readonly mark: Mark;
}

export type FetchWindowPage<Row, Mark> = (offset: number, mark: Mark | undefined, limit: number) => Promise<WindowPage<Row, Mark>>;

export interface WindowView {
  readonly state: 'loading' | 'ready' | 'failed';
  readonly error: unknown;
  readonly total: number;
  // Rows that came since the list was loaded.
  readonly fresh: number;
  // Changes with everything that is to be drawn anew.
  readonly revision: number;
  // True while a newer list is fetched behind the one that is shown.
  readonly refreshing: boolean;
}

export class PageWindow<Row extends WindowRow, Mark> {
  private view: WindowView = { state: 'loading', error: undefined, total: 0, fresh: 0, revision: 0, refreshing: false };
  private readonly listeners = new Set<() => void>();
  private pages = new Map<number, Row[]>();
  private places = new Map<string, { page: number; index: number }>();
  private readonly failedPages = new Map<number, unknown>();
  private waiting: number[] = [];
  private running = new Set<number>();
  private generation = 0;
  private probing = false;
  private probeAgain = false;
  protected mark: Mark | undefined;

  constructor(private readonly fetchPage: FetchWindowPage<Row, Mark>) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  snapshot = (): WindowView => this.view;

  row(index: number): Row | undefined {
    return this.pages.get(Math.floor(index / pageSize))?.[index % pageSize];
  }

  // Where a loaded row stands; undefined when it is not loaded.
  indexOf(id: string): number | undefined {
    const place = this.places.get(id);
    return place && place.page * pageSize + place.index;
  }

  // Loads the list of this moment; what is shown stays until the new one is there.
  async load(): Promise<void> {
    const generation = ++this.generation;
    this.change({ refreshing: true });
    try {
      const first = await this.fetchPage(0, undefined, pageSize);
      if (generation !== this.generation) return;
      this.pages = new Map();
      this.places = new Map();
      this.failedPages.clear();
      this.waiting = [];
      this.running = new Set();
      this.mark = first.mark;
      this.loaded();
      this.put(0, first.items);
      this.change({ state: 'ready', error: undefined, total: first.total, fresh: 0, refreshing: false });
    } catch (error) {
      if (generation !== this.generation) return;
      this.change({ state: 'failed', error, refreshing: false });
    }
  }

  // Somebody looks at rows first to last: loads their pages.
  look(first: number, last: number): void {
    if (this.view.state !== 'ready' || this.view.total === 0) return;
    const from = Math.max(0, Math.floor(first / pageSize));
    const to = Math.min(Math.floor(last / pageSize), Math.floor((this.view.total - 1) / pageSize));
    const wanted: number[] = [];
    for (let page = from; page <= to; page += 1) {
      const known = this.pages.get(page);
      if (known) {
        // Most recently used stands last.
        this.pages.delete(page);
        this.pages.set(page, known);
      } else if (!this.running.has(page) && !this.failedPages.has(page)) {
        wanted.push(page);
      }
    }
    this.waiting = wanted;
    this.pump();
  }

  retryPages(): void {
    this.failedPages.clear();
    this.change({ error: undefined });
  }

  hasFailedPages(): boolean {
    return this.failedPages.size > 0;
  }

  // Newer forms of rows, put in the place of those that are loaded; whether any was.
  replace(rows: readonly Row[]): boolean {
    let changed = false;
    for (const row of rows) {
      const place = this.places.get(row.id);
      const page = place && this.pages.get(place.page);
      const known = place && page?.[place.index];
      if (!page || !known || known.version >= row.version) continue;
      page[place.index] = row;
      changed = true;
    }
    if (changed) this.change({});
    return changed;
  }

  // Asks how many rows the list would have now; one question at a time.
  probe(): void {
    if (this.view.state !== 'ready') return;
    if (this.probing) {
      this.probeAgain = true;
      return;
    }
    this.probing = true;
    const generation = this.generation;
    this.fetchPage(0, undefined, 1)
      .then((page) => {
        if (generation === this.generation) this.change({ fresh: this.freshOf(page.total, this.view.total) });
      })
      .catch(() => undefined)
      .finally(() => {
        this.probing = false;
        if (!this.probeAgain) return;
        this.probeAgain = false;
        this.probe();
      });
  }

  // For those who know more than the number of rows.
  protected freshOf(total: number, known: number): number {
    return Math.max(0, total - known);
  }

  protected loaded(): void {
    // A list of a new moment begins.
  }

  private pump(): void {
    while (this.running.size < maxAtOnce && this.waiting.length > 0) {
      const page = this.waiting.shift();
      if (page !== undefined) void this.fetch(page);
    }
  }

  private async fetch(page: number): Promise<void> {
    const generation = this.generation;
    const running = this.running;
    running.add(page);
    try {
      const loaded = await this.fetchPage(page * pageSize, this.mark, pageSize);
      if (generation !== this.generation) return;
      this.put(page, loaded.items);
      this.change({});
    } catch (error) {
      if (generation !== this.generation) return;
      this.failedPages.set(page, error);
      this.change({ error });
    } finally {
      running.delete(page);
      if (generation === this.generation) this.pump();
    }
  }

  private put(page: number, items: readonly Row[]): void {
    this.pages.set(page, [...items]);
    items.forEach((row, index) => this.places.set(row.id, { page, index }));
    for (const old of this.pages.keys()) {
      if (this.pages.size <= maxPages) break;
      for (const row of this.pages.get(old) ?? []) this.places.delete(row.id);
      this.pages.delete(old);
    }
  }

  protected change(part: Partial<WindowView>): void {
    this.view = { ...this.view, ...part, revision: this.view.revision + 1 };
    for (const listener of this.listeners) listener();
  }
}
