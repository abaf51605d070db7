// The list that is shown as a file: its filters and order, its columns, the language and zone of the reader.
import type { Entity } from '../api/schema';
import { usePreferences } from '../app/preferences';
import { wordsOf } from '../app/states';
import { useToast } from '../app/toasts';
import { zoneOffsetMs } from '../i18n/time';
import { useText } from '../i18n/useText';
import { tableColumns } from './columns';
import type { Column } from './columns';
import { fetchFile } from './download';

const minuteMs = 60_000;

export function useExport(entity: Entity, query: string, columns: readonly Column[]): (format: 'csv' | 'xlsx') => void {
  const t = useText();
  const toast = useToast();
  const { language, zone } = usePreferences();
  return (format) => {
    const asked = new URLSearchParams(query);
    asked.set('format', format);
    asked.set('columns', tableColumns(entity, columns).join(','));
    asked.set('language', language);
    asked.set('utc_offset', String(zoneOffsetMs(zone) / minuteMs));
    fetchFile(`/${entity.path}/export?${asked.toString()}`).catch((error: unknown) => {
      const { title, advice } = wordsOf(error, t);
      toast({ text: `${title} ${advice}`, bad: true });
    });
  };
}
