// News from the server. A browser allows few connections to one host, so all tabs share one stream: the tab that
// holds the lock reads it and passes every message on; when it closes, the next tab takes over.
import { ApiError, getSession, tellSignedOut } from './client';
import type { AlertsMessage, ServerStatus } from './types';

export type Connection = 'connecting' | 'open' | 'lost';

export type News =
  | { readonly type: 'alerts'; readonly data: AlertsMessage }
  | { readonly type: 'status'; readonly data: ServerStatus }
  // The stream was (re)opened: what was missed in between must be asked for.
  | { readonly type: 'hello' }
  | { readonly type: 'connection'; readonly state: Connection };

type Listener = (news: News) => void;

const channelName = 'hinomi-stream';
const retryMs = [1000, 2000, 5000, 10_000] as const;

function parsed(event: MessageEvent<string>): unknown {
  try {
    return JSON.parse(event.data) as unknown;
  } catch {
    return undefined;
  }
}

export class SharedStream {
  private readonly listeners = new Set<Listener>();
  private channel: BroadcastChannel | undefined;
  private source: EventSource | undefined;
  private retries = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private letGo: (() => void) | undefined;
  private stopped = true;
  private state: Connection = 'connecting';

  get connection(): Connection {
    return this.state;
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.channel = new BroadcastChannel(channelName);
    this.channel.onmessage = (event: MessageEvent<News | { type: 'ask' }>) => {
      if (event.data.type === 'ask') {
        if (this.source) this.channel?.postMessage({ type: 'connection', state: this.state });
      } else {
        this.deliver(event.data);
      }
    };
    this.channel.postMessage({ type: 'ask' });
    // Without locks (an old browser) every tab reads for itself.
    if (typeof navigator.locks === 'undefined') {
      this.read();
      return;
    }
    void navigator.locks.request(channelName, () => {
      if (this.stopped) return undefined;
      this.read();
      return new Promise<void>((resolve) => {
        this.letGo = resolve;
      });
    });
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retryTimer);
    this.source?.close();
    this.source = undefined;
    this.channel?.close();
    this.channel = undefined;
    this.letGo?.();
    this.letGo = undefined;
  }

  private deliver(news: News): void {
    if (news.type === 'connection') this.state = news.state;
    for (const listener of this.listeners) listener(news);
  }

  private pass(news: News): void {
    this.deliver(news);
    if (typeof navigator.locks !== 'undefined') this.channel?.postMessage(news);
  }

  private read(): void {
    const source = new EventSource('/api/v1/stream');
    this.source = source;
    source.addEventListener('hello', () => {
      this.retries = 0;
      this.pass({ type: 'connection', state: 'open' });
      this.pass({ type: 'hello' });
    });
    source.addEventListener('alerts', (event: MessageEvent<string>) => {
      const data = parsed(event);
      if (data) this.pass({ type: 'alerts', data: data as AlertsMessage });
    });
    source.addEventListener('status', (event: MessageEvent<string>) => {
      const data = parsed(event);
      if (data) this.pass({ type: 'status', data: data as ServerStatus });
    });
    source.onerror = () => {
      this.pass({ type: 'connection', state: 'lost' });
      if (source.readyState !== EventSource.CLOSED) return;
      // Refused for good by the browser's rules: ask whether the session has ended, and try again ourselves.
      source.close();
      if (this.stopped) return;
      const wait = retryMs[Math.min(this.retries, retryMs.length - 1)] ?? 10_000;
      this.retries += 1;
      this.retryTimer = setTimeout(() => void this.again(), wait);
    };
  }

  private async again(): Promise<void> {
    try {
      await getSession();
    } catch (error) {
      if (error instanceof ApiError && error.kind === 'signed_out') {
        tellSignedOut();
        return;
      }
    }
    if (!this.stopped) this.read();
  }
}

export const stream = new SharedStream();
