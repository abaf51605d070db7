// The window of alerts: all pages are of one moment (until_version), so that row 4,711 stays row 4,711 while alerts
// arrive. Not for drawing (AlertList.tsx).
import type { AlertPage, AlertRow, AlertsMessage } from '../api/types';
import { PageWindow } from '../list/pageWindow';

export { maxPages, pageSize } from '../list/pageWindow';
export type { WindowView } from '../list/pageWindow';

export type FetchPage = (offset: number, untilVersion: number | undefined, limit: number) => Promise<AlertPage>;

interface Moment {
  readonly version: number;
  readonly maxSeq: number;
}

export class AlertWindow extends PageWindow<AlertRow, Moment> {
  constructor(fetchPage: FetchPage) {
    super(async (offset, moment, limit) => {
      const page = await fetchPage(offset, moment?.version, limit);
      return { items: page.items, total: page.total, mark: { version: page.version, maxSeq: page.max_seq } };
    });
  }

  // News of the stream.
  apply(message: AlertsMessage): void {
    if ('reset' in message) {
      this.probe();
      return;
    }
    this.replace(message.items);
    const maxSeq = this.mark?.maxSeq ?? 0;
    if (message.items.some((row) => this.indexOf(row.id) === undefined && row.seq > maxSeq)) this.probe();
  }
}
