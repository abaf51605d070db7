import { useState } from 'react';
import type { Entity } from '../api/schema';
import { useKept } from '../app/kept';
import { useText } from '../i18n/useText';
import { Visible } from '../text/Visible';
import { Button, IconButton } from '../ui/Button';
import { Panel } from '../ui/Dropdown';
import { Field, Input } from '../ui/Field';
import { BookmarkIcon, TrashIcon } from '../ui/icons';
import type { RecordSearch } from './filter';
import { maxViewName, readViews, withView } from './views';
import styles from './RecordsPage.module.css';

interface Props {
  readonly entity: Entity;
  readonly search: RecordSearch;
  readonly onOpen: (search: RecordSearch) => void;
}

export function SavedViews({ entity, search, onOpen }: Props) {
  const t = useText();
  const [kept, keep] = useKept(`views.${entity.name}`);
  const views = readViews(kept);
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
              <li key={view.name}>
                <Button
                  kind="quiet"
                  onClick={() => {
                    onOpen(view.search);
                    close();
                  }}
                >
                  <Visible text={view.name} />
                </Button>
                <IconButton name={t.viewsRemove({ name: view.name })} icon={<TrashIcon />} onClick={() => keep(views.filter((one) => one !== view))} />
              </li>
            ))}
          </ul>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (name.trim() === '') return;
              keep(withView(views, { name: name.trim(), search }));
              setName('');
            }}
          >
            <Field label={t.viewsName()} hint={t.viewsWhere()}>
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
