// One stream of server-sent events for all tabs of a browser, which allows few connections to one host: the tab that
// holds the lock reads it and passes every message on; when it closes, the next tab takes over. What the events mean
// is of those who use it (stream.ts, changes.ts).
import { ApiError, getSession, tellSignedOut } from './client';

export type Connection = 'connecting' | 'open' | 'lost';

export type SourceNews =
  | { readonly type: 'event'; readonly name: string; readonly data: unknown }
  // The stream was (re)opened: what was missed in between must be asked for.
  | { readonly type: 'hello' }
  | { readonly type: 'connection'; readonly state: Connection };

type Listener = (news: SourceNews) => void;

const retryMs = [1000, 2000, 5000, 10_000] as const;

function parsed(event: MessageEvent<string>): unknown {
  try {
    return JSON.parse(event.data) as unknown;
  } catch {
    return undefined;
  }
}

export interface SourceOptions {
  readonly channel: string;
  readonly address: string;
  readonly events: readonly string[];
  // The event that says that the stream stands; without one its opening does.
  readonly greeting?: string;
}

export class SharedSource {
  private readonly listeners = new Set<Listener>();
  private channel: BroadcastChannel | undefined;
  private source: EventSource | undefined;
  private retries = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private letGo: (() => void) | undefined;
  private stopped = true;
  private state: Connection = 'connecting';

  constructor(private readonly options: SourceOptions) {}

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
    this.channel = new BroadcastChannel(this.options.channel);
    this.channel.onmessage = (event: MessageEvent<SourceNews | { type: 'ask' }>) => {
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
    void navigator.locks.request(this.options.channel, () => {
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

  private deliver(news: SourceNews): void {
    if (news.type === 'connection') this.state = news.state;
    for (const listener of this.listeners) listener(news);
  }

  private pass(news: SourceNews): void {
    this.deliver(news);
    if (typeof navigator.locks !== 'undefined') this.channel?.postMessage(news);
  }

  private opened = () => {
    this.retries = 0;
    this.pass({ type: 'connection', state: 'open' });
    this.pass({ type: 'hello' });
  };

  private read(): void {
    const source = new EventSource(this.options.address);
    this.source = source;
    source.addEventListener(this.options.greeting ?? 'open', this.opened);
    for (const name of this.options.events) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        const data = parsed(event);
        if (data) this.pass({ type: 'event', name, data });
      });
    }
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
