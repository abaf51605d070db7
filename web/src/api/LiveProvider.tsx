import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useMay } from '../app/session';
import { changes } from './changes';
import { getJson } from './client';
import { StatusContext, useNews } from './live';
import { stream } from './stream';
import type { ServerStatus } from './types';

// Keeps the streams open while somebody is signed in: that of alerts for those who may see alerts.
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const [streamed, setStreamed] = useState<ServerStatus>();
  const asked = useQuery({ queryKey: ['status'], queryFn: ({ signal }) => getJson<ServerStatus>('/status', signal) });
  useNews((news) => {
    if (news.type === 'status') setStreamed(news.data);
  });
  const mayAlerts = useMay()('alert.read');
  useEffect(() => {
    if (!mayAlerts) return undefined;
    stream.start();
    return () => stream.stop();
  }, [mayAlerts]);
  useEffect(() => {
    changes.start();
    return () => changes.stop();
  }, []);
  return <StatusContext value={streamed ?? asked.data}>{children}</StatusContext>;
}
