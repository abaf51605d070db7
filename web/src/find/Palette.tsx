// Ctrl-K: pages, roles, records, and what to do with a pasted address or hash.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import { findRecords } from '../api/records';
import { useSchema } from '../api/schema';
import { usePreferences } from '../app/preferences';
import { useMay } from '../app/session';
import { useText } from '../i18n/useText';
import { fieldKeys } from '../keys/useKeys';
import { entitiesLabel, entityLabel } from '../record/labels';
import { nameIn } from '../roles/parts';
import { getBoard } from '../roles/roles';
import { Visible } from '../text/Visible';
import { useHasVaults } from '../vault/useVaults';
import { Dialog } from '../ui/Dialog';
import { SearchIcon } from '../ui/icons';
import { best, thingOf } from './find';
import styles from './Palette.module.css';

const mostPages = 6;
const mostRoles = 5;
const mostRecords = 50;
const mostOfKind = 6;

interface Entry {
  readonly key: string;
  readonly group: string;
  readonly name: string;
  readonly about: string;
  readonly go: () => void;
}

interface Props {
  readonly onClose: () => void;
}

export function Palette({ onClose }: Props) {
  const t = useText();
  const [typed, setTyped] = useState('');
  // What is searched for: not while kana are being converted.
  const [wanted, setWanted] = useState('');
  const [cursor, setCursor] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const entries = useEntries(wanted, onClose);
  const at = Math.min(cursor, Math.max(0, entries.length - 1));
  const move = (by: number) => {
    if (entries.length === 0) return;
    const next = (at + by + entries.length) % entries.length;
    setCursor(next);
    box.current?.querySelector(`[data-index="${next}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const take = (text: string) => {
    setWanted(text);
    setCursor(0);
  };
  let group = '';
  return (
    <Dialog opened onClose={onClose} title={t.findTitle()} closeName={t.commonClose()}>
      <div className={styles.search}>
        <SearchIcon />
        <input
          data-autofocus
          role="combobox"
          aria-expanded
          aria-controls="palette-list"
          aria-activedescendant={entries.length > 0 ? `palette-${at}` : undefined}
          aria-label={t.findTitle()}
          placeholder={t.findPlaceholder()}
          value={typed}
          maxLength={2000}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            if (!(event.nativeEvent instanceof InputEvent && event.nativeEvent.isComposing)) take(event.currentTarget.value);
          }}
          onCompositionEnd={(event) => take(event.currentTarget.value)}
          {...fieldKeys({ ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => entries[at]?.go() })}
        />
      </div>
      <div ref={box} id="palette-list" role="listbox" aria-label={t.findResults()} className={styles.list}>
        {entries.map((entry, index) => {
          const head = entry.group === group ? null : entry.group;
          group = entry.group;
          return (
            <div key={entry.key} role="presentation">
              {head !== null && <p className={styles.group}>{head}</p>}
              <div id={`palette-${index}`} data-index={index} role="option" aria-selected={index === at} className={styles.entry} onPointerMove={() => setCursor(index)} onClick={entry.go}>
                <span className={styles.name}>
                  <Visible text={entry.name} />
                </span>
                <span className={styles.about}>
                  <Visible text={entry.about} />
                </span>
              </div>
            </div>
          );
        })}
        {entries.length === 0 && <p className={styles.none}>{t.findNothing()}</p>}
      </div>
    </Dialog>
  );
}

function useEntries(wanted: string, onClose: () => void): readonly Entry[] {
  const t = useText();
  const navigate = useNavigate();
  const may = useMay();
  const { language } = usePreferences();
  const schema = useSchema();
  const hasVaults = useHasVaults();
  const asked = wanted.normalize('NFKC').trim();
  const board = useQuery({ queryKey: ['roles', 'isog-j-2018', 0], queryFn: ({ signal }) => getBoard('isog-j-2018', undefined, signal), staleTime: 60_000, retry: false });
  const found = useQuery({
    queryKey: ['find', asked],
    enabled: asked !== '',
    queryFn: ({ signal }) => findRecords(asked.slice(0, 400), mostRecords, signal),
    placeholderData: keepPreviousData,
    retry: false,
  });
  return useMemo(() => {
    const close = (go: () => void) => () => {
      onClose();
      go();
    };
    const entities = (schema.data?.all ?? []).filter((entity) => may(`${entity.name}.read`));
    const thing = thingOf(wanted);
    const things: Entry[] = thing
      ? [{ key: 'thing', group: t.findDo(), name: t.findAlertsWith({ value: thing.value }), about: thingName(thing.kind, t), go: close(() => void navigate({ to: '/alerts', search: { q: thing.value } })) }]
      : asked === ''
        ? []
        : [{ key: 'alerts', group: t.findDo(), name: t.findAlertsWith({ value: asked.slice(0, 200) }), about: '', go: close(() => void navigate({ to: '/alerts', search: { q: asked.slice(0, 400) } })) }];
    const pages: Entry[] = [
      { key: '/alerts', name: t.navAlerts(), go: () => void navigate({ to: '/alerts', search: {} }) },
      { key: '/roles', name: t.navRoles(), go: () => void navigate({ to: '/roles', search: {} }) },
      ...(hasVaults ? [{ key: '/vaults', name: t.vaultTitle(), go: () => void navigate({ to: '/vaults' }) }] : []),
      { key: '/inbox', name: t.navInbox(), go: () => void navigate({ to: '/inbox' }) },
      { key: '/jobs', name: t.navJobs(), go: () => void navigate({ to: '/jobs' }) },
      { key: '/status', name: t.navStatus(), go: () => void navigate({ to: '/status' }) },
      ...entities.map((entity) => ({ key: `/records/${entity.path}`, name: entitiesLabel(t, entity.name), go: () => void navigate({ to: '/records/$path', params: { path: entity.path }, search: {} }) })),
    ].map((page) => ({ ...page, go: close(page.go), group: t.findPages(), about: page.key }));
    const roles: Entry[] = (board.data?.roles ?? []).map((role) => ({
      key: `role ${role.code}`,
      group: t.navRoles(),
      name: `${role.code} ${nameIn(role.name, language)}`,
      about: nameIn(role.aim, language).slice(0, 120),
      go: close(() => void navigate({ to: '/roles/$code', params: { code: role.code }, search: {} })),
    }));
    const shown = new Map<string, number>();
    const records: Entry[] = (asked === '' ? [] : (found.data ?? [])).flatMap((one) => {
      const entity = schema.data?.named(one.entity);
      const before = shown.get(one.entity) ?? 0;
      // One kind shall not hide the others.
      if (!entity || before >= mostOfKind) return [];
      shown.set(one.entity, before + 1);
      return [{ key: one.id, group: t.navRecords(), name: one.title || one.id, about: [entityLabel(t, entity.name), one.number ?? ''].filter(Boolean).join(' '), go: close(() => void navigate({ to: '/records/$path/$id', params: { path: entity.path, id: one.id }, search: {} })) }];
    });
    const named = (entry: Entry) => entry.name;
    return [...(thing ? things : []), ...best(pages, named, asked, mostPages), ...(asked === '' ? [] : best(roles, named, asked, mostRoles)), ...records, ...(thing ? [] : things)];
  }, [asked, board.data, found.data, hasVaults, language, may, navigate, onClose, schema.data, t, wanted]);
}

function thingName(kind: string, t: ReturnType<typeof useText>): string {
  const names: Readonly<Record<string, string>> = { ip: t.thingIp(), hash: t.thingHash(), mail: t.thingMail(), domain: t.thingDomain(), url: t.thingUrl() };
  return names[kind] ?? kind;
}
