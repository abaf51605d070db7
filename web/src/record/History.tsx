// Who changed what, when, from where and why; the record as it was known at any of these times; and the way back.
import { useInfiniteQuery } from '@tanstack/react-query';
import { historyOf, undoChange } from '../api/records';
import type { AnyRecord, Change } from '../api/records';
import type { Entity } from '../api/schema';
import { fieldOf, keptAs } from '../api/schema';
import { usePreferences } from '../app/preferences';
import { useMay } from '../app/session';
import { Failure, Loading } from '../app/states';
import { useDeed } from '../app/deeds';
import { useToast } from '../app/toasts';
import { Time } from '../alert/parts';
import { fullTime } from '../i18n/time';
import type { Messages } from '../i18n/messages';
import { useText } from '../i18n/useText';
import { Visible, VisibleLines } from '../text/Visible';
import { Button } from '../ui/Button';
import { HistoryIcon, UndoIcon } from '../ui/icons';
import { differences } from './diff';
import { actionLabel, choiceLabel, fieldLabel } from './labels';
import { Reference } from './Value';
import { useRecordDeeds } from './useRecordDeeds';
import styles from './History.module.css';

const pageSize = 30;

interface Props {
  readonly entity: Entity;
  readonly record: AnyRecord;
  readonly onAsOf: (time: string) => void;
}

export function History({ entity, record, onAsOf }: Props) {
  const t = useText();
  const pages = useInfiniteQuery({
    queryKey: ['history', keptAs(entity), record.id],
    queryFn: ({ pageParam, signal }) => historyOf(entity.path, record.id, pageParam, pageSize, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => {
      const oldest = last.items[last.items.length - 1]?.version;
      return last.items.length < pageSize || oldest === undefined || oldest <= 1 ? undefined : oldest;
    },
  });
  if (pages.isPending) return <Loading />;
  if (pages.isError) return <Failure error={pages.error} onRetry={() => void pages.refetch()} />;
  const items = pages.data.pages.flatMap((page) => page.items);
  return (
    <>
      <ol className={styles.history}>
        {items.map((change, index) => (
          <Entry key={change.seq} entity={entity} record={record} change={change} isLast={index === 0} onAsOf={onAsOf} />
        ))}
      </ol>
      {pages.hasNextPage && (
        <Button disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t.historyMore()}
        </Button>
      )}
    </>
  );
}

const viaName = (t: Messages, via: string): string => {
  const names: Readonly<Record<string, string>> = { api: t.viaApi(), web: t.viaWeb(), cli: t.viaCli(), job: t.viaJob(), system: t.viaSystem(), import: t.viaImport() };
  return Object.hasOwn(names, via) ? (names[via] ?? via) : via;
};

function Entry({ entity, record, change, isLast, onAsOf }: Props & { readonly change: Change; readonly isLast: boolean }) {
  const t = useText();
  const may = useMay();
  const run = useDeed();
  const toast = useToast();
  const deeds = useRecordDeeds(entity);
  const undo = () => {
    run(() => undoChange(change.seq, entity.vault?.key)).then(() => toast({ text: t.undoDone() }), deeds.failed);
  };
  const fields = Object.entries(change.changes);
  return (
    <li className={styles.entry}>
      <p className={styles.line}>
        <b>
          <Visible text={change.actor.name || t.actorSystem()} />
        </b>
        <span>{actionLabel(t, entity.name, change.action || change.kind)}</span>
        {change.undoes !== undefined && change.undoes !== null && <span className="dim">{t.historyUndoes()}</span>}
        <span className={styles.when}>
          <Time at={change.at} />
        </span>
      </p>
      <p className={styles.where}>
        {t.historyVersion({ version: change.version })}
        {change.via ? ` · ${viaName(t, change.via)}` : ''}
        {change.peer ? (
          <>
            {' · '}
            <Visible text={change.peer} />
          </>
        ) : null}
      </p>
      {change.reason && (
        <p className={styles.reason}>
          <span className="dim">{t.reasonLabel()}</span> <Visible text={change.reason} />
        </p>
      )}
      {fields.length > 0 && (
        <dl className={styles.changes}>
          {fields.map(([name, [before, after]]) => (
            <div key={name}>
              <dt>{fieldLabel(t, entity.name, name)}</dt>
              <dd>
                <Difference entity={entity} name={name} before={before} after={after} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      <p className={styles.tools}>
        <Button kind="quiet" icon={<HistoryIcon />} onClick={() => onAsOf(change.at)}>
          {t.historySee()}
        </Button>
        {(isLast || change.kind === 'change') && may(`${entity.name}.change`, record.organisation) && change.kind !== 'create' && change.action !== 'seal' && (
          <Button kind="quiet" icon={<UndoIcon />} onClick={undo}>
            {t.undoButton()}
          </Button>
        )}
      </p>
    </li>
  );
}

interface DifferenceProps {
  readonly entity: Entity;
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

const isNothing = (value: unknown) => value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

function Difference({ entity, name, before, after }: DifferenceProps) {
  const t = useText();
  const { language, zone } = usePreferences();
  const field = fieldOf(entity, name);
  const isReference = field?.kind === 'reference' || name === 'created_by' || name === 'updated_by';
  if (isReference) {
    return (
      <>
        {!isNothing(before) && (
          <del>
            <Reference id={String(before)} target={field?.target} link={false} />
          </del>
        )}{' '}
        {!isNothing(after) && (
          <ins>
            <Reference id={String(after)} target={field?.target} />
          </ins>
        )}
      </>
    );
  }
  const text = (value: unknown): string => {
    if (isNothing(value)) return '';
    if (Array.isArray(value)) return value.map(String).join(', ');
    if (field?.kind === 'boolean' || typeof value === 'boolean') return value === true ? t.valueYes() : t.valueNo();
    if (field?.kind === 'time') return fullTime(String(value), { language, zone });
    if (field?.kind === 'choice') return choiceLabel(t, entity.name, name, String(value));
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  const whole = field === undefined || !['text', 'prose', 'texts'].includes(field.kind);
  if (whole) {
    return (
      <>
        {!isNothing(before) && (
          <del>
            <Visible text={text(before)} />
          </del>
        )}{' '}
        {!isNothing(after) && (
          <ins>
            <Visible text={text(after)} />
          </ins>
        )}
      </>
    );
  }
  return (
    <span className={styles.words}>
      {differences(text(before).slice(0, 20_000), text(after).slice(0, 20_000)).map((piece, index) =>
        piece.kind === 'same' ? (
          <span key={index}>
            <VisibleLines text={piece.text.length > 400 ? `${piece.text.slice(0, 180)} … ${piece.text.slice(-180)}` : piece.text} />
          </span>
        ) : piece.kind === 'gone' ? (
          <del key={index}>
            <VisibleLines text={piece.text} />
          </del>
        ) : (
          <ins key={index}>
            <VisibleLines text={piece.text} />
          </ins>
        ),
      )}
    </span>
  );
}
