import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getJson } from '../api/client';
import { useNews } from '../api/live';
import type { AlertDetail, Finding } from '../api/types';

export function useAlert(id: string) {
  const client = useQueryClient();
  const key = ['alert', id];
  useNews((news) => {
    if (news.type !== 'alerts' || 'reset' in news.data) return;
    if (news.data.items.some((item) => item.id === id)) void client.invalidateQueries({ queryKey: key });
  });
  return useQuery({ queryKey: key, queryFn: ({ signal }) => getJson<AlertDetail>(`/alerts/${encodeURIComponent(id)}`, signal) });
}

// A finding never changes.
export function useFinding(id: string | undefined) {
  return useQuery({
    queryKey: ['finding', id],
    queryFn: ({ signal }) => getJson<Finding>(`/findings/${encodeURIComponent(id ?? '')}`, signal),
    enabled: id !== undefined,
    staleTime: Infinity,
  });
}
