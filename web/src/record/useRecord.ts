import { useQuery } from '@tanstack/react-query';
import { getRecord } from '../api/records';
import { keptAs } from '../api/schema';
import type { Entity } from '../api/schema';

// One record, as it is or as it was known at a time; kept in step with the news by the frame (app/Follow.tsx).
export function useRecord(entity: Entity, id: string, asOf?: string) {
  return useQuery({
    queryKey: ['record', keptAs(entity), id, asOf ?? ''],
    queryFn: ({ signal }) => getRecord(entity.path, id, asOf, signal),
    staleTime: 30_000,
  });
}
