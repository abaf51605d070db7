// The window of records of one list. News say only that a record changed: those that are loaded are fetched again and
// put in their place, which stays the same; what else came is counted. Not for drawing (RecordTable.tsx).
import type { Batch } from '../api/changes';
import type { AnyRecord, RecordPage } from '../api/records';
import { PageWindow } from '../list/pageWindow';

// The server takes so many ids in one request.
export const idsAtOnce = 100;

export interface RecordSource {
  readonly page: (offset: number, limit: number) => Promise<RecordPage>;
  readonly some: (ids: readonly string[]) => Promise<readonly AnyRecord[]>;
}

export class RecordWindow extends PageWindow<AnyRecord, true> {
  // Loaded rows that changed: their place in the list may be another now.
  private moved = new Set<string>();
  totalIsExact = true;

  constructor(
    private readonly entity: string,
    private readonly source: RecordSource,
  ) {
    super(async (offset, _mark, limit) => {
      const page = await source.page(offset, limit);
      // Only the first page is asked for the number of all.
      if (page.total !== undefined) this.totalIsExact = page.total_is_exact !== false;
      return { items: page.items, total: page.total ?? this.snapshot().total, mark: true };
    });
  }

  protected override loaded(): void {
    this.moved = new Set();
  }

  protected override freshOf(total: number, known: number): number {
    return Math.max(Math.abs(total - known), this.moved.size);
  }

  async apply(batch: Batch): Promise<void> {
    if ('missed' in batch) {
      this.probe();
      return;
    }
    const mine = batch.changes.filter((change) => change.entity === this.entity);
    if (mine.length === 0) return;
    const shown = mine.filter((change) => {
      const index = this.indexOf(change.record);
      return index !== undefined && (this.row(index)?.version ?? 0) < change.version;
    });
    await this.refresh(shown.map((change) => change.record));
    this.probe();
  }

  // What somebody here has just changed themselves: no news to them.
  own(record: AnyRecord): void {
    this.replace([record]);
  }

  private async refresh(ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += idsAtOnce) {
      const part = ids.slice(from, from + idsAtOnce);
      try {
        const rows = await this.source.some(part);
        for (const row of rows) if (this.replace([row])) this.moved.add(row.id);
      } catch {
        // The rows stay as they are; the pill tells that there is something newer.
        for (const id of part) this.moved.add(id);
      }
    }
  }
}
