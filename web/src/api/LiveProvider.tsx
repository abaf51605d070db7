import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { changes } from './changes';
import { getJson } from './client';
import { StatusContext, useNews } from './live';
import { stream } from './stream';
import type { ServerStatus } from './types';

// Keeps the stream open while somebody is signed in.
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const [streamed, setStreamed] = useState<ServerStatus>();
  const asked = useQuery({ queryKey: ['status'], queryFn: ({ signal }) => getJson<ServerStatus>('/status', signal) });
  useNews((news) => {
    if (news.type === 'status') setStreamed(news.data);
  });
  useEffect(() => {
    stream.start();
    changes.start();
    return () => {
      stream.stop();
      changes.stop();
    };
  }, []);
  return <StatusContext value={streamed ?? asked.data}>{children}</StatusContext>;
}
