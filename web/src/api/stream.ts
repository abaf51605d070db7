// News of alerts and of the server's state.
import { SharedSource } from './sharedSource';
import type { Connection } from './sharedSource';
import type { AlertsMessage, ServerStatus } from './types';

export type { Connection } from './sharedSource';

export type News =
  | { readonly type: 'alerts'; readonly data: AlertsMessage }
  | { readonly type: 'status'; readonly data: ServerStatus }
  | { readonly type: 'hello' }
  | { readonly type: 'connection'; readonly state: Connection };

const source = new SharedSource({ channel: 'hinomi-stream', address: '/api/v1/stream', events: ['alerts', 'status'], greeting: 'hello' });

export const stream = {
  get connection(): Connection {
    return source.connection;
  },
  start: () => source.start(),
  stop: () => source.stop(),
  subscribe: (listener: (news: News) => void) =>
    source.subscribe((news) => {
      if (news.type !== 'event') listener(news);
      else if (news.name === 'alerts') listener({ type: 'alerts', data: news.data as AlertsMessage });
      else listener({ type: 'status', data: news.data as ServerStatus });
    }),
};
