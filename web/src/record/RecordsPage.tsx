// The list of any kind of records: everything about it comes from the declaration.
import { getRouteApi } from '@tanstack/react-router';
import { Suspense, lazy, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { useSchema } from '../api/schema';
import type { Entity } from '../api/schema';
import { useKept } from '../app/kept';
import { usePreferences } from '../app/preferences';
import { useMay, useOrganisation } from '../app/session';
import { Failure, Loading, Note } from '../app/states';
import { useTitle } from '../app/useTitle';
import { useText } from '../i18n/useText';
import { useKeys } from '../keys/useKeys';
import { Button, IconButton } from '../ui/Button';
import { DeedMenu } from '../ui/Dropdown';
import { ArrowUpIcon, DownloadIcon, MoreIcon, PlusIcon, UploadIcon } from '../ui/icons';
import { BulkBar, BulkDialog } from './BulkBar';
import type { BulkDeed } from './BulkBar';
import { ColumnChooser } from './ColumnChooser';
import { defaultColumns, fitting, readColumns } from './columns';
import type { Column } from './columns';
import { emptyFilter, filterOf, isEmpty, openKey, queryOf, searchOf } from './filter';
import type { RecordFilter, RecordSearch } from './filter';
import { FilterBar } from './FilterBar';
import { entitiesLabel, entityLabel, entityPurpose } from './labels';
import { RecordFacets, facetFields } from './RecordFacets';
import { RecordTable } from './RecordTable';
import type { TableHandle } from './RecordTable';
import type { RecordWindow } from './recordWindow';
import { SavedViews } from './SavedViews';
import { everything, flipped, isChosen, nothing, ranged } from './selection';
import type { Selection } from './selection';
import { useExport } from './useExport';
import { useRecordList } from './useRecordList';
import styles from './RecordsPage.module.css';

const RecordFlyout = lazy(() => import('./RecordFlyout').then((part) => ({ default: part.RecordFlyout })));
const ImportDialog = lazy(() => import('./ImportDialog').then((part) => ({ default: part.ImportDialog })));
const NewRecord = lazy(() => import('./NewRecord').then((part) => ({ default: part.NewRecord })));
const route = getRouteApi('/shell/records/$path');
// Pixels for columns while a record is open, on the narrowest screen.
const besideFlyout = 540;

export function RecordsPage() {
  const t = useText();
  const { path } = route.useParams();
  const schema = useSchema();
  const may = useMay();
  if (schema.isError) return <Failure error={schema.error} onRetry={() => void schema.refetch()} />;
  if (!schema.data) return <Loading />;
  const entity = schema.data.at(path);
  if (!entity) {
    return (
      <Note title={t.failNotFound()}>
        <p>{t.failNoPage()}</p>
      </Note>
    );
  }
  if (!may(`${entity.name}.read`)) {
    return (
      <Note title={t.failForbidden()}>
        <p>{t.failForbiddenAdvice()}</p>
      </Note>
    );
  }
  return <OutsideRecords key={entity.name} entity={entity} />;
}

function OutsideRecords({ entity }: { readonly entity: Entity }) {
  const navigate = route.useNavigate();
  const search = route.useSearch();
  const go = useCallback<ListPlace['go']>((next, replace) => void navigate({ search: next, replace: replace ?? false }), [navigate]);
  const openPage = useCallback((id: string) => void navigate({ to: '/records/$path/$id', params: { path: entity.path, id }, search: {} }), [entity.path, navigate]);
  return <Records entity={entity} search={search} go={go} openPage={openPage} />;
}

// Where a list stands: in the address outside of vaults, or within one.
export interface ListPlace {
  readonly search: RecordSearch;
  readonly go: (next: (known: RecordSearch) => RecordSearch, replace?: boolean) => void;
  readonly openPage: (id: string) => void;
}

function useColumns(entity: Entity) {
  const [kept, keep] = useKept(`columns.${entity.name}`);
  const columns = useMemo(() => readColumns(entity, kept) ?? defaultColumns(entity), [entity, kept]);
  const setWidth = useCallback((name: string, width: number | undefined) => keep(columns.map((column) => (column.name === name ? { name, width } : column))), [columns, keep]);
  return { columns, setColumns: keep as (columns: readonly Column[] | undefined) => void, setWidth };
}

export function Records({ entity, search, go, openPage }: ListPlace & { readonly entity: Entity }) {
  const t = useText();
  const may = useMay();
  const many = entitiesLabel(t, entity.name);
  useTitle(entity.vault ? t.vaultPageTitle({ page: many, vault: entity.vault.key }) : many);
  const { letterKeys } = usePreferences();
  const organisation = useOrganisation()?.key;
  const filter = useMemo(() => filterOf(search, entity), [search, entity]);
  const query = useMemo(() => queryOf(filter, entity, { organisation }).toString(), [filter, entity, organisation]);
  const list = useRecordList(entity, query);
  const view = useSyncExternalStore(list.subscribe, list.snapshot);
  const { columns, setColumns, setWidth } = useColumns(entity);
  const handle = useRef<TableHandle>(null);
  const bar = useRef<{ focus: () => void }>(null);
  const opened = search[openKey];
  const openId = typeof opened === 'string' ? opened : undefined;
  const [cursorOf, setCursor] = useState<{ list: RecordWindow; index: number }>();
  const cursor = cursorOf?.list === list ? cursorOf.index : undefined;
  const [selectionOf, setSelectionOf] = useState<{ list: RecordWindow; selection: Selection }>();
  const selection = selectionOf?.list === list ? selectionOf.selection : nothing;
  const setSelection = useCallback((next: Selection) => setSelectionOf({ list, selection: next }), [list]);
  const [deed, setDeed] = useState<BulkDeed>();
  const [dialog, setDialog] = useState<'new' | 'import'>();
  const mayCreate = may(`${entity.name}.create`);
  const mayChoose = may(`${entity.name}.change`) || may(`${entity.name}.delete`) || (entity.actions ?? []).some((action) => may(`${entity.name}.${action.name}`));

  const setFilter = useCallback((next: RecordFilter) => go(() => searchOf(next)), [go]);
  const open = useCallback(
    (id: string | undefined) => {
      go((known) => {
        const next = { ...known };
        delete next[openKey];
        delete next['tab'];
        return id === undefined ? next : { ...next, [openKey]: id };
      }, openId !== undefined && id !== undefined);
    },
    [go, openId],
  );
  const openRow = useCallback(
    (index: number) => {
      setCursor({ list, index });
      const row = list.row(index);
      if (row) open(row.id);
    },
    [list, open],
  );
  const { choose, chooseAll } = useChoosing(list, selection, setSelection);
  const reload = useCallback(() => {
    setCursor(undefined);
    handle.current?.toTop();
    void list.load();
  }, [list]);
  const reloadInPlace = useCallback(() => void list.load(), [list]);

  // New rows come in by themselves only where nobody would lose their place.
  const idle = openId === undefined && cursor === undefined && selection === nothing && deed === undefined;
  useEffect(() => {
    if (view.fresh > 0 && !view.refreshing && idle && (handle.current?.mayMove() ?? true)) void list.load();
  }, [list, idle, view.fresh, view.refreshing]);

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
      x: () => mayChoose && cursor !== undefined && choose(cursor, false),
      o: () => {
        const id = openId ?? (cursor === undefined ? undefined : list.row(cursor)?.id);
        if (id) openPage(id);
      },
      c: () => mayCreate && setDialog('new'),
      n: reload,
      Escape: () => (openId !== undefined ? open(undefined) : selection !== nothing ? setSelection(nothing) : setCursor(undefined)),
      '/': () => bar.current?.focus(),
    },
    { letters: letterKeys },
  );
  const withFlyout = openId !== undefined;
  const shownColumns = useMemo(() => (withFlyout ? fitting(entity, columns, besideFlyout) : columns), [entity, columns, withFlyout]);
  const withFacets = !withFlyout && facetFields(entity).length > 0;
  const exportAs = useExport(entity, query, columns);
  // Nothing of a vault goes into files, or into what is kept outside of it.
  const outside = entity.vault === undefined;
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{many}</h1>
        {view.state === 'ready' && <span className="dim num">{list.totalIsExact ? t.listTotal({ records: view.total }) : t.listTotalAtLeast({ records: view.total })}</span>}
        <span className={styles.space} />
        {outside && <SavedViews entity={entity} search={searchOf(filter)} onOpen={(next) => go(() => next)} />}
        <ColumnChooser entity={entity} columns={columns} onChange={setColumns} />
        {outside && (
          <DeedMenu
            deeds={[
              { key: 'csv', name: t.exportCsv(), icon: <DownloadIcon />, onChoose: () => exportAs('csv') },
              { key: 'xlsx', name: t.exportXlsx(), icon: <DownloadIcon />, onChoose: () => exportAs('xlsx') },
              { key: 'import', name: t.importTitle(), icon: <UploadIcon />, disabled: !(mayCreate || may(`${entity.name}.change`)), onChoose: () => setDialog('import') },
            ]}
          >
            <IconButton name={t.listMore()} icon={<MoreIcon />} />
          </DeedMenu>
        )}
        {mayCreate && (
          <Button kind="primary" icon={<PlusIcon />} onClick={() => setDialog('new')}>
            {t.listNew({ entity: entityLabel(t, entity.name) })}
          </Button>
        )}
      </header>
      <div className={styles.query}>
        <FilterBar ref={bar} entity={entity} filter={filter} onChange={setFilter} />
        {!isEmpty(filter) && <Button onClick={() => setFilter({ ...emptyFilter, sort: filter.sort })}>{t.alertsClear()}</Button>}
      </div>
      <div className={[styles.body, withFlyout ? styles.withFlyout : withFacets ? styles.withFacets : ''].join(' ')}>
        {withFacets && <RecordFacets entity={entity} filter={filter} query={query} onChange={setFilter} />}
        <div className={styles.rows}>
          {view.fresh > 0 && view.state === 'ready' && !view.refreshing && (
            <Button kind="primary" className={styles.fresh} icon={<ArrowUpIcon />} onClick={reload}>
              {t.listFresh({ count: view.fresh })}
            </Button>
          )}
          <Rows list={list} entity={entity} filter={filter} onClear={() => setFilter(emptyFilter)} {...(mayCreate ? { onNew: () => setDialog('new') } : {})}>
            <RecordTable
              ref={handle}
              entity={entity}
              list={list}
              columns={shownColumns}
              sort={filter.sort}
              cursor={cursor}
              openId={openId}
              selection={selection}
              mayChoose={mayChoose}
              onSort={(sort) => setFilter({ ...filter, sort })}
              onOpen={openRow}
              onChoose={choose}
              onChooseAll={chooseAll}
              onWidth={setWidth}
            />
          </Rows>
          <BulkBar entity={entity} selection={selection} total={view.total} onAll={() => setSelection(everything)} onClear={() => setSelection(nothing)} onDeed={setDeed} />
        </div>
        {withFlyout && (
          <Suspense fallback={<Loading />}>
            <RecordFlyout entity={entity} id={openId} tab={search['tab']} onTab={(tab) => go((known) => ({ ...known, tab }), true)} onClose={() => open(undefined)} onChanged={(record) => (record ? list.own(record) : reloadInPlace())} />
          </Suspense>
        )}
      </div>
      <Suspense fallback={null}>
        {deed && (
          <BulkDialog
            entity={entity}
            deed={deed}
            selection={selection}
            query={query}
            onClose={() => setDeed(undefined)}
            onDone={() => {
              setDeed(undefined);
              setSelection(nothing);
              reloadInPlace();
            }}
          />
        )}
        {dialog === 'import' && (
          <ImportDialog
            entity={entity}
            onClose={() => setDialog(undefined)}
            onDone={() => {
              setDialog(undefined);
              reloadInPlace();
            }}
          />
        )}
        {dialog === 'new' && (
          <NewRecord
            entity={entity}
            onClose={() => setDialog(undefined)}
            onCreated={(record) => {
              setDialog(undefined);
              reloadInPlace();
              open(record.id);
            }}
          />
        )}
      </Suspense>
    </div>
  );
}

function useChoosing(list: RecordWindow, selection: Selection, setSelection: (selection: Selection) => void) {
  const current = useRef({ selection, last: 0 });
  useEffect(() => {
    current.current.selection = selection;
  });
  const choose = useCallback(
    (index: number, range: boolean) => {
      const known = current.current.selection;
      const row = list.row(index);
      if (!row) return;
      if (range && !known.all) {
        const from = Math.min(index, current.current.last);
        const to = Math.max(index, current.current.last);
        const ids: string[] = [];
        for (let at = from; at <= to; at += 1) {
          const id = list.row(at)?.id;
          if (id !== undefined) ids.push(id);
        }
        setSelection(ranged(known, ids, !isChosen(known, row.id)));
      } else {
        const next = flipped(known, row.id);
        setSelection(next.ids.size === 0 ? nothing : next);
      }
      current.current.last = index;
    },
    [list, setSelection],
  );
  const chooseAll = useCallback(() => setSelection(current.current.selection === nothing ? everything : nothing), [setSelection]);
  return { choose, chooseAll };
}

interface RowsProps {
  readonly list: RecordWindow;
  readonly entity: Entity;
  readonly filter: RecordFilter;
  readonly onClear: () => void;
  readonly onNew?: () => void;
  readonly children: ReactNode;
}

function Rows({ list, entity, filter, onClear, onNew, children }: RowsProps) {
  const t = useText();
  const view = useSyncExternalStore(list.subscribe, list.snapshot);
  if (view.state === 'loading') return <Loading />;
  if (view.state === 'failed') return <Failure error={view.error} onRetry={() => void list.load()} />;
  if (view.total > 0) return children;
  if (!isEmpty(filter)) {
    return (
      <Note title={t.listNoMatch()}>
        <p>{t.listNoMatchAdvice()}</p>
        <Button onClick={onClear}>{t.alertsClear()}</Button>
      </Note>
    );
  }
  const label = entityLabel(t, entity.name);
  return (
    <Note title={t.listEmpty({ entity: entitiesLabel(t, entity.name) })}>
      <p>{entityPurpose(t, entity.name) ?? t.listEmptyAdvice({ entity: label })}</p>
      {onNew && (
        <Button kind="primary" icon={<PlusIcon />} onClick={onNew}>
          {t.listNew({ entity: label })}
        </Button>
      )}
    </Note>
  );
}
