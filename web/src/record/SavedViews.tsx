// Views that a person saved: on the server, so that they are there in any browser; in this browser where the person may
// not save there.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createRecord, deleteRecord, listRecords, newId, newKey } from '../api/records';
import { useSchema } from '../api/schema';
import type { Entity } from '../api/schema';
import { useKept } from '../app/kept';
import { useMay } from '../app/session';
import { parseSearch, stringifySearch } from '../app/search';
import { useText } from '../i18n/useText';
import { Visible } from '../text/Visible';
import { Button, IconButton } from '../ui/Button';
import { Panel } from '../ui/Dropdown';
import { Field, Input } from '../ui/Field';
import { BookmarkIcon, TrashIcon } from '../ui/icons';
import type { RecordSearch } from './filter';
import { parseRecordSearch } from './filter';
import { useRecordDeeds } from './useRecordDeeds';
import { maxViewName, maxViews, readViews, withView } from './views';
import type { View } from './views';
import styles from './RecordsPage.module.css';

interface Props {
  readonly entity: Entity;
  readonly search: RecordSearch;
  readonly onOpen: (search: RecordSearch) => void;
}

interface Views {
  readonly views: readonly View[];
  readonly onServer: boolean;
  readonly save: (view: View) => Promise<void>;
  readonly remove: (view: View) => Promise<void>;
}

function useLocalViews(entity: Entity): Views {
  const [kept, keep] = useKept(`views.${entity.name}`);
  const views = readViews(kept);
  return {
    views,
    onServer: false,
    save: async (view) => keep(withView(views, view)),
    remove: async (view) => keep(views.filter((one) => one !== view)),
  };
}

function useServerViews(entity: Entity, saved: Entity | undefined): Views {
  const client = useQueryClient();
  const key = ['records', 'saved_view', entity.path];
  const path = saved?.path ?? '';
  const asked = new URLSearchParams({ path: entity.path, sort: 'name', limit: String(maxViews), total: 'false' }).toString();
  const found = useQuery({ queryKey: key, enabled: saved !== undefined, queryFn: ({ signal }) => listRecords(path, asked, signal), staleTime: 30_000, retry: false });
  const views = (found.data?.items ?? []).map((record) => ({ id: record.id, version: record.version, name: String(record['name'] ?? ''), search: parseRecordSearch(parseSearch(String(record['query'] ?? ''))) }));
  const again = () => client.invalidateQueries({ queryKey: key });
  const drop = async (view: View) => {
    if (view.id !== undefined && view.version !== undefined) await deleteRecord(path, view.id, view.version);
  };
  return {
    views,
    onServer: true,
    save: async (view) => {
      const old = views.find((one) => one.name === view.name);
      await createRecord(path, { id: newId(), name: view.name, path: entity.path, query: stringifySearch(view.search).slice(1) }, newKey());
      if (old) await drop(old);
      await again();
    },
    remove: async (view) => {
      await drop(view);
      await again();
    },
  };
}

export function SavedViews({ entity, search, onOpen }: Props) {
  const t = useText();
  const may = useMay();
  const saved = useSchema().data?.named('saved_view');
  const mayKeep = saved !== undefined && may('saved_view.create');
  const local = useLocalViews(entity);
  const server = useServerViews(entity, mayKeep ? saved : undefined);
  const { views, onServer, save, remove } = mayKeep ? server : local;
  const deeds = useRecordDeeds(entity);
  const [name, setName] = useState('');
  return (
    <Panel
      name={t.viewsTitle()}
      target={(toggle, opened) => (
        <Button icon={<BookmarkIcon />} onClick={toggle} aria-expanded={opened}>
          {t.viewsTitle()}
        </Button>
      )}
    >
      {(close) => (
        <div className={styles.views}>
          {views.length === 0 && <p className="dim">{t.viewsNone()}</p>}
          <ul>
            {views.map((view) => (
              <li key={view.id ?? view.name}>
                <Button
                  kind="quiet"
                  onClick={() => {
                    onOpen(view.search);
                    close();
                  }}
                >
                  <Visible text={view.name} />
                </Button>
                <IconButton name={t.viewsRemove({ name: view.name })} icon={<TrashIcon />} onClick={() => void remove(view).catch(deeds.failed)} />
              </li>
            ))}
          </ul>
          <form data-part="form"
            onSubmit={(event) => {
              event.preventDefault();
              if (name.trim() !== '') void save({ name: name.trim(), search }).then(() => setName(''), deeds.failed);
            }}
          >
            <Field label={t.viewsName()} hint={onServer ? t.viewsOnServer() : t.viewsWhere()}>
              {(given) => <Input {...given} value={name} maxLength={maxViewName} onChange={(event) => setName(event.currentTarget.value)} />}
            </Field>
            <Button type="submit" kind="primary" disabled={name.trim() === ''}>
              {t.viewsSave()}
            </Button>
          </form>
        </div>
      )}
    </Panel>
  );
}
