import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from 'react';
import { stream } from './stream';
import type { Connection, News } from './stream';
import type { ServerStatus } from './types';

export const StatusContext = createContext<ServerStatus | undefined>(undefined);

// The newest status: asked for once, then from the stream each second.
export function useServerStatus(): ServerStatus | undefined {
  return useContext(StatusContext);
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (changed) => stream.subscribe((news) => news.type === 'connection' && changed()),
    () => stream.connection,
  );
}

export function useNews(onNews: (news: News) => void): void {
  const current = useRef(onNews);
  useEffect(() => {
    current.current = onNews;
  });
  useEffect(() => stream.subscribe((news) => current.current(news)), []);
}
