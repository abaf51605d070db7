import { useEffect, useMemo } from 'react';
import { listRecords } from '../api/records';
import { useChanges } from '../api/changes';
import type { Entity } from '../api/schema';
import { RecordWindow } from './recordWindow';

// The window of the records that a query names, kept in step with the news.
export function useRecordList(entity: Entity, query: string): RecordWindow {
  const list = useMemo(
    () =>
      new RecordWindow(entity.name, {
        page: (offset, limit) => {
          const asked = new URLSearchParams(query);
          asked.set('offset', String(offset));
          asked.set('limit', String(limit));
          if (offset > 0) asked.set('total', 'false');
          return listRecords(entity.path, asked.toString());
        },
        some: async (ids) => {
          const asked = new URLSearchParams(query);
          asked.set('id', ids.join(','));
          asked.set('limit', String(ids.length));
          asked.set('total', 'false');
          return (await listRecords(entity.path, asked.toString())).items;
        },
      }),
    [entity, query],
  );
  useEffect(() => void list.load(), [list]);
  useChanges((batch) => void list.apply(batch));
  return list;
}
