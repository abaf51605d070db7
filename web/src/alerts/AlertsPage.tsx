import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Suspense, lazy, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { getJson } from '../api/client';
import { useNews, useServerStatus } from '../api/live';
import type { AlertPage as Page, Facets as FacetCounts, Histogram as Counts } from '../api/types';
import { usePreferences } from '../app/preferences';
import { Failure, Loading, Note } from '../app/states';
import { useTitle } from '../app/useTitle';
import { useText } from '../i18n/useText';
import { useKeys } from '../keys/useKeys';
import { Button } from '../ui/Button';
import { ArrowUpIcon } from '../ui/icons';
import { AlertList } from './AlertList';
import type { ListHandle } from './AlertList';
import { AlertWindow } from './alertWindow';
import { Facets } from './Facets';
import { Histogram } from './Histogram';
import { QueryBar } from './QueryBar';
import { emptyFilter, filterOf, has, isEmpty, queryOf, searchOf, withValue, withoutValue } from './filter';
import type { AlertFilter, ListPart } from './filter';
import styles from './AlertsPage.module.css';

const AlertFlyout = lazy(() => import('../alert/AlertFlyout').then((part) => ({ default: part.AlertFlyout })));
const route = getRouteApi('/shell/alerts');
const buckets = 80;
// How often the counts beside the list follow the news.
const countsEveryMs = 5000;

export function AlertsPage() {
  const status = useServerStatus();
  // Which realm is asked for depends on the server.
  if (!status) return <Loading />;
  return <Alerts defaultRealm={status.realm_default} />;
}

function useAlertWindow(query: string): AlertWindow {
  const list = useMemo(
    () =>
      new AlertWindow((offset, untilVersion, limit) => {
        const asked = new URLSearchParams(query);
        asked.set('offset', String(offset));
        asked.set('limit', String(limit));
        if (untilVersion !== undefined) asked.set('until_version', String(untilVersion));
        return getJson<Page>(`/alerts?${asked.toString()}`);
      }),
    [query],
  );
  useEffect(() => void list.load(), [list]);
  return list;
}

// The counts for facets and histogram; a newer answer replaces the older without a flash.
function useCounts<T>(name: string, query: string, more = '') {
  return useQuery({
    queryKey: ['alerts', name, query],
    queryFn: ({ signal }) => getJson<T>(`/alerts/${name}?${query}${more}`, signal),
    placeholderData: keepPreviousData,
  });
}

function Alerts({ defaultRealm }: { readonly defaultRealm: string }) {
  const t = useText();
  useTitle(t.alertsTitle());
  const navigate = route.useNavigate();
  const search = route.useSearch();
  const { letterKeys } = usePreferences();
  const filter = useMemo(() => filterOf(search), [search]);
  const query = useMemo(() => queryOf(filter, defaultRealm).toString(), [filter, defaultRealm]);
  const list = useAlertWindow(query);
  const view = useSyncExternalStore(list.subscribe, list.snapshot);
  const facets = useCounts<FacetCounts>('facets', query);
  const counts = useCounts<Counts>('histogram', query, `${query ? '&' : ''}buckets=${buckets}`);
  const handle = useRef<ListHandle>(null);
  const bar = useRef<{ focus: () => void }>(null);
  const openId = search.open;
  const [cursorOf, setCursor] = useState<{ list: AlertWindow; index: number }>();
  const cursor = cursorOf?.list === list ? cursorOf.index : undefined;

  const setFilter = useCallback((next: AlertFilter) => void navigate({ search: searchOf(next) }), [navigate]);
  const open = useCallback((id: string | undefined) => void navigate({ search: (known) => ({ ...withoutOpen(known), ...(id ? { open: id } : {}) }), replace: openId !== undefined && id !== undefined }), [navigate, openId]);
  const toggle = (part: ListPart, value: string) => setFilter(has(filter, part, value) ? withoutValue(filter, part, value) : withValue(filter, part, value));
  const openRow = useCallback(
    (index: number) => {
      setCursor({ list, index });
      const row = list.row(index);
      if (row) open(row.id);
    },
    [list, open],
  );
  const applyNew = useCallback(() => {
    setCursor(undefined);
    handle.current?.toTop();
    void list.load();
  }, [list]);

  useFresh(list, handle, openId === undefined && cursor === undefined);
  useFreshCounts([facets.refetch, counts.refetch]);

  const move = (by: number) => {
    const at = cursor ?? (openId === undefined ? undefined : list.indexOf(openId));
    const index = Math.min(Math.max(at === undefined ? 0 : at + by, 0), view.total - 1);
    if (index < 0) return;
    setCursor({ list, index });
    handle.current?.show(index);
    const row = list.row(index);
    if (openId !== undefined && row) open(row.id);
  };
  useKeys(
    {
      j: () => move(1),
      k: () => move(-1),
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      Enter: () => cursor !== undefined && openRow(cursor),
      o: () => {
        const id = openId ?? (cursor === undefined ? undefined : list.row(cursor)?.id);
        if (id) void navigate({ to: '/alerts/$id', params: { id }, search: {} });
      },
      n: applyNew,
      Escape: () => (openId !== undefined ? open(undefined) : setCursor(undefined)),
      '/': () => bar.current?.focus(),
    },
    { letters: letterKeys },
  );
  const withFlyout = openId !== undefined;
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{t.alertsTitle()}</h1>
        {view.state === 'ready' && <span className="dim num">{t.alertsTotal({ alerts: view.total })}</span>}
      </header>
      <div className={styles.query}>
        <QueryBar ref={bar} filter={filter} onChange={setFilter} />
        {!isEmpty(filter) && <Button onClick={() => setFilter(emptyFilter)}>{t.alertsClear()}</Button>}
      </div>
      <div className={[styles.body, withFlyout ? styles.withFlyout : ''].join(' ')}>
        {!withFlyout && <Facets facets={facets.data} filter={filter} onToggle={toggle} />}
        <div className={styles.list}>
          <Histogram counts={counts.data} zoomed={Boolean(filter.from ?? filter.to)} onZoom={(from, to) => setFilter({ ...filter, from, to })} onReset={() => setFilter({ ...filter, from: undefined, to: undefined })} />
          <div className={styles.rows}>
            {view.fresh > 0 && (
              <Button kind="primary" className={styles.fresh} icon={<ArrowUpIcon />} onClick={applyNew}>
                {t.alertsNew({ count: view.fresh })}
              </Button>
            )}
            <Rows list={list} filter={filter} onClear={() => setFilter(emptyFilter)}>
              <AlertList ref={handle} list={list} cursor={cursor} openId={openId} narrow={withFlyout} onOpen={openRow} />
            </Rows>
          </div>
        </div>
        {withFlyout && (
          <Suspense fallback={<Loading />}>
            <AlertFlyout id={openId} filter={filter} onFilter={setFilter} onClose={() => open(undefined)} />
          </Suspense>
        )}
      </div>
    </div>
  );
}

function withoutOpen<T extends { open?: string; finding?: string }>(search: T): T {
  const rest = { ...search };
  delete rest.open;
  delete rest.finding;
  return rest;
}

// Brings news into the list: changes in place at once; new rows by themselves only where nobody would lose their place.
function useFresh(list: AlertWindow, handle: { readonly current: ListHandle | null }, idle: boolean) {
  useNews((news) => {
    if (news.type === 'alerts') list.apply(news.data);
    if (news.type === 'hello') list.probe();
  });
  const view = useSyncExternalStore(list.subscribe, list.snapshot);
  useEffect(() => {
    if (view.fresh > 0 && !view.refreshing && idle && (handle.current?.mayMove() ?? true)) void list.load();
  }, [list, handle, idle, view.fresh, view.refreshing]);
}

function useFreshCounts(refetch: readonly (() => Promise<unknown>)[]) {
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  useNews((news) => {
    if (news.type !== 'alerts' && news.type !== 'hello') return;
    waiting.current ??= setTimeout(() => {
      waiting.current = undefined;
      for (const again of refetch) void again();
    }, countsEveryMs);
  });
  useEffect(
    () => () => {
      clearTimeout(waiting.current);
      waiting.current = undefined;
    },
    [],
  );
}

interface RowsProps {
  readonly list: AlertWindow;
  readonly filter: AlertFilter;
  readonly onClear: () => void;
  readonly children: React.ReactNode;
}

function Rows({ list, filter, onClear, children }: RowsProps) {
  const t = useText();
  const view = useSyncExternalStore(list.subscribe, list.snapshot);
  if (view.state === 'loading') return <Loading />;
  if (view.state === 'failed') return <Failure error={view.error} onRetry={() => void list.load()} />;
  if (view.total > 0) return children;
  if (!isEmpty(filter)) {
    return (
      <Note title={t.alertsNoMatch()}>
        <p>{t.alertsNoMatchAdvice()}</p>
        <Button onClick={onClear}>{t.alertsClear()}</Button>
      </Note>
    );
  }
  return (
    <Note title={t.alertsEmpty()}>
      <p>{t.alertsEmptyAdvice()}</p>
    </Note>
  );
}
