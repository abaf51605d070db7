// One record, read and changed: beside its list and as a page of its own.
import { Suspense, lazy, useState } from 'react';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import type { AnyRecord } from '../api/records';
import type { Action, Entity, Field } from '../api/schema';
import { isCancelled } from '../app/deeds';
import { usePreferences } from '../app/preferences';
import { useMay } from '../app/session';
import { Failure } from '../app/states';
import { PersonAccount } from '../account/PersonAccount';
import { Time } from '../alert/parts';
import { CopyButton } from '../alert/FieldValue';
import { useMaySeal } from '../vault/useVaults';
import { useText } from '../i18n/useText';
import { RealmBadge } from '../alerts/words';
import { Visible } from '../text/Visible';
import { Button, IconButton } from '../ui/Button';
import { Dialog, DialogButtons } from '../ui/Dialog';
import { DeedMenu } from '../ui/Dropdown';
import { DateInput } from '../ui/DateInput';
import { Field as Labelled } from '../ui/Field';
import { shownTime, typedTime } from '../i18n/typedTime';
import { EditIcon, HistoryIcon, LinkIcon, LockIcon, MoreIcon, TrashIcon, UndoIcon } from '../ui/icons';
import { Tabs } from '../ui/Tabs';
import { Attachments } from './Attachments';
import { Comments } from './Comments';
import { useCustomFields } from './custom';
import { isWritable } from './form';
import { History } from './History';
import { actionLabel, entitiesLabel, entityLabel, fieldLabel, titleOf } from './labels';
import { ListLink, addressOf } from './links';
import { RecordForm } from './RecordForm';
import { Relations } from './Relations';
import { Tlp } from './Tlp';
import { useRecord } from './useRecord';
import { useRecordDeeds } from './useRecordDeeds';
import { useSave } from './useSave';
import { Organisation, Reference, StateChip, Texts, Value, Withheld } from './Value';
import styles from './RecordBody.module.css';

const SealDialog = lazy(() => import('../vault/SealDialog').then((part) => ({ default: part.SealDialog })));
const tabs = ['details', 'history', 'comments', 'relations', 'files', 'account'] as const;
export type RecordTab = (typeof tabs)[number];

export const tabOf = (value: unknown): RecordTab => tabs.find((tab) => tab === value) ?? 'details';

interface Props {
  readonly entity: Entity;
  readonly record: AnyRecord;
  readonly level: 1 | 2;
  readonly tab: RecordTab;
  readonly asOf: string | undefined;
  readonly onTab: (tab: RecordTab) => void;
  readonly onAsOf: (time: string | undefined) => void;
  // With what it is now; without: ask again (deleted, restored).
  readonly onChanged: (record?: AnyRecord) => void;
  readonly tools?: ReactNode;
}

export function RecordBody({ entity, record, level, tab, asOf, onTab, onAsOf, onChanged, tools }: Props) {
  const t = useText();
  // The record as it was when the editing began: news must not slip a newer version under what somebody types.
  const [base, setBase] = useState<AnyRecord>();
  const [choosing, setChoosing] = useState(false);
  const { save, dialog } = useSave(entity);
  const submit = async (values: Readonly<Record<string, unknown>>) => {
    if (base) onChanged(await save(base, values));
    setBase(undefined);
  };
  const past = asOf !== undefined;
  // How people sign in is no part of their record, and for those who look after accounts only.
  const may = useMay();
  const hasAccount = entity.name === 'person' && !entity.vault && !past && typeof record.deleted_at !== 'string' && may('account.manage', record.organisation);
  return (
    <article className={styles.record}>
      <RecordHead entity={entity} record={record} level={level} past={past} tools={tools} onEdit={() => setBase(record)} onAsOf={() => setChoosing(true)} onChanged={onChanged} />
      {past && <PastNote asOf={asOf} onBack={() => onAsOf(undefined)} />}
      <div className={styles.content}>
        <Tabs
          name={t.recordParts()}
          value={(tab === 'account' && !hasAccount) || (tab === 'files' && entity.vault) ? 'details' : tab}
          onChange={onTab}
          tabs={[
            {
              value: 'details',
              name: t.tabDetails(),
              content: () =>
                base && !past ? (
                  <RecordForm entity={entity} record={base} submitName={t.formSave()} onSubmit={submit} onCancel={() => setBase(undefined)} />
                ) : (
                  <Details entity={entity} record={record} past={past} onSave={async (from, values) => onChanged(await save(from, values))} />
                ),
            },
            { value: 'history', name: t.tabHistory(), content: () => <History entity={entity} record={record} onAsOf={onAsOf} /> },
            { value: 'comments', name: t.tabComments(), content: () => <Comments entity={entity} record={record} /> },
            { value: 'relations', name: t.tabRelations(), content: () => <Relations entity={entity} record={record} /> },
            // Bytes of files lie outside of vaults.
            ...(entity.vault ? [] : [{ value: 'files' as const, name: t.tabFiles(), content: () => <Attachments entity={entity} record={record} /> }]),
            ...(hasAccount ? [{ value: 'account' as const, name: t.peopleAccount(), content: () => <PersonAccount id={record.id} name={titleOf(entity, record)} /> }] : []),
          ]}
        />
      </div>
      {dialog}
      {choosing && (
        <AsOfDialog
          onClose={() => setChoosing(false)}
          onChoose={(time) => {
            setChoosing(false);
            onAsOf(time);
          }}
        />
      )}
    </article>
  );
}

function PastNote({ asOf, onBack }: { readonly asOf: string; readonly onBack: () => void }) {
  const t = useText();
  return (
    <div className={styles.past} role="status">
      <HistoryIcon />
      <span>
        {t.asOfNote()} <Time at={asOf} />
      </span>
      <Button onClick={onBack}>{t.asOfBack()}</Button>
    </div>
  );
}

function AsOfDialog({ onClose, onChoose }: { readonly onClose: () => void; readonly onChoose: (time: string) => void }) {
  const t = useText();
  const { zone } = usePreferences();
  const [local, setLocal] = useState(() => shownTime(new Date().toISOString(), zone));
  const time = typedTime(local, zone);
  return (
    <Dialog opened onClose={onClose} title={t.asOfTitle()} closeName={t.commonClose()} size="sm">
      <form data-part="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (time !== undefined) onChoose(time);
        }}
      >
        <Labelled label={t.asOfTime({ zone })}>{(given) => <DateInput {...given} data-autofocus withClock pickName={t.inputPickTime()} after={zone} value={local} onChange={setLocal} />}</Labelled>
        <DialogButtons>
          <Button onClick={onClose}>{t.commonCancel()}</Button>
          <Button kind="primary" type="submit" disabled={time === undefined}>
            {t.asOfShow()}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

// The actions that lead on from where the record stands; those without a state are always there.
export function actionsFor(entity: Entity, record: AnyRecord): readonly Action[] {
  const ways = entity.transitions ?? [];
  const state = entity.state_field ? record[entity.state_field] : undefined;
  return (entity.actions ?? []).filter((action) => {
    const own = ways.filter((way) => way.action === action.name);
    return own.length === 0 || own.some((way) => way.from === state);
  });
}

interface HeadProps {
  readonly entity: Entity;
  readonly record: AnyRecord;
  readonly level: 1 | 2;
  readonly past: boolean;
  readonly tools: ReactNode;
  readonly onEdit: () => void;
  readonly onAsOf: () => void;
  readonly onChanged: (record?: AnyRecord) => void;
}

function RecordHead({ entity, record, level, past, tools, onEdit, onAsOf, onChanged }: HeadProps) {
  const t = useText();
  const may = useMay();
  const deeds = useRecordDeeds(entity);
  const Heading = level === 1 ? 'h1' : 'h2';
  const deleted = typeof record.deleted_at === 'string';
  const allowed = (deed: string) => may(`${entity.name}.${deed}`, record.organisation);
  const stateField = entity.fields.find((field) => field.name === entity.state_field);
  const perform = (action: Action) => {
    deeds.perform(record, action).then((changed) => onChanged(changed), deeds.failed);
  };
  const actions = past || deleted ? [] : actionsFor(entity, record).filter((action) => allowed(action.name));
  const [sealing, setSealing] = useState(false);
  const maySeal = useMaySeal(entity, record) && !past && !deleted;
  return (
    <header className={styles.head}>
      <p className={styles.line}>
        <ListLink entity={entity} className={styles.kind ?? ''}>
          {level === 1 ? entitiesLabel(t, entity.name) : entityLabel(t, entity.name)}
        </ListLink>
        {record.number && (
          <span className="mono">
            <Visible text={record.number} />
          </span>
        )}
        <span className={styles.space} />
        <CopyButton name={t.recordCopyLink()} text={addressOf(entity, record.id)} icon={<LinkIcon />} />
        <DeedMenu
          deeds={[
            { key: 'asof', name: t.asOfTitle(), icon: <HistoryIcon />, onChoose: onAsOf },
            ...(maySeal ? [{ key: 'seal', name: t.sealMenu(), icon: <LockIcon />, onChoose: () => setSealing(true) }] : []),
            deleted
              ? { key: 'restore', name: t.actionRestore(), icon: <UndoIcon />, disabled: past || !allowed('delete'), onChoose: () => void deeds.restore(record).then(() => onChanged(), deeds.failed) }
              : { key: 'delete', name: t.actionDelete(), icon: <TrashIcon />, grave: true, disabled: past || !allowed('delete'), onChoose: () => void deeds.remove(record).then(() => onChanged(), deeds.failed) },
          ]}
        >
          <IconButton name={t.listMore()} icon={<MoreIcon />} />
        </DeedMenu>
        {tools}
      </p>
      <Heading className={styles.title}>
        <Visible text={titleOf(entity, record)} />
      </Heading>
      <div className={styles.chips}>
        {stateField && typeof record[stateField.name] === 'string' && <StateChip entity={entity} field={stateField} value={String(record[stateField.name])} />}
        <Tlp tlp={record.tlp} />
        {record.realm !== undefined && <RealmBadge realm={record.realm} />}
        {deleted && <span className={styles.deleted}>{t.recordDeleted()}</span>}
        <Organisation organisation={record.organisation} />
        <span className={styles.space} />
        {actions.map((action) => (
          <Button key={action.name} onClick={() => perform(action)}>
            {actionLabel(t, entity.name, action.name)}
          </Button>
        ))}
        {!past && !deleted && allowed('change') && (
          <Button icon={<EditIcon />} onClick={onEdit}>
            {t.actionChange()}
          </Button>
        )}
      </div>
      {sealing && (
        <Suspense fallback={null}>
          <SealDialog entity={entity} record={record} onClose={() => setSealing(false)} />
        </Suspense>
      )}
    </header>
  );
}

interface DetailsProps {
  readonly entity: Entity;
  readonly record: AnyRecord;
  readonly past: boolean;
  readonly onSave: (from: AnyRecord, values: Readonly<Record<string, unknown>>) => Promise<void>;
}

function Details({ entity, record, past, onSave }: DetailsProps) {
  const t = useText();
  const may = useMay();
  const [editing, setEditing] = useState<{ readonly field: string; readonly base: AnyRecord }>();
  const mayChange = !past && typeof record.deleted_at !== 'string' && may(`${entity.name}.change`, record.organisation);
  const inline = (field: Field) => mayChange && isWritable(field, record) && !(entity.state_field === field.name && (entity.transitions?.length ?? 0) > 0) && (!field.permission || may(field.permission, record.organisation));
  const { language } = usePreferences();
  const defined = useCustomFields(entity);
  const custom = Object.entries(record.custom ?? {}).filter(([, value]) => value !== null);
  return (
    <>
      <dl className={styles.fields}>
        {entity.fields
          .filter((field) => field.name !== entity.title || inline(field))
          .map((field) => {
            const label = fieldLabel(t, entity.name, field.name);
            if (editing?.field === field.name) {
              return (
                <div key={field.name} className={styles.editing}>
                  <dd>
                    <RecordForm
                      entity={entity}
                      record={editing.base}
                      only={[field.name]}
                      submitName={t.formSave()}
                      onCancel={() => setEditing(undefined)}
                      onSubmit={async (values) => {
                        await onSave(editing.base, values);
                        setEditing(undefined);
                      }}
                    />
                  </dd>
                </div>
              );
            }
            return (
              <div key={field.name}>
                <dt>{label}</dt>
                <dd>
                  {record.withheld?.includes(field.name) ? <Withheld /> : <Value entity={entity} field={field} value={record[field.name]} />}
                  {inline(field) && <IconButton className={styles.edit ?? ''} name={t.fieldEdit({ name: label })} icon={<EditIcon />} onClick={() => setEditing({ field: field.name, base: record })} />}
                </dd>
              </div>
            );
          })}
        {(record.tags ?? []).length > 0 && (
          <div>
            <dt>{fieldLabel(t, 'record', 'tags')}</dt>
            <dd>
              <Texts values={record.tags ?? []} />
            </dd>
          </div>
        )}
        {custom.map(([name, value]) => {
          const own = defined.find((one) => one.field.name === name);
          return (
            <div key={`custom.${name}`}>
              <dt>
                <Visible text={own?.label[language] ?? name} />
              </dt>
              <dd>{own ? <Value entity={entity} field={own.field} value={value} /> : <Visible text={typeof value === 'string' ? value : JSON.stringify(value)} />}</dd>
            </div>
          );
        })}
      </dl>
      <Origin record={record} />
    </>
  );
}

function Origin({ record }: { readonly record: AnyRecord }) {
  const t = useText();
  return (
    <dl className={styles.origin}>
      {record.created_at && (
        <div>
          <dt>{fieldLabel(t, 'record', 'created_at')}</dt>
          <dd>
            <Time at={record.created_at} /> {record.created_by && <Reference id={record.created_by} link={false} />}
          </dd>
        </div>
      )}
      {record.updated_at && (
        <div>
          <dt>{fieldLabel(t, 'record', 'updated_at')}</dt>
          <dd>
            <Time at={record.updated_at} /> {record.updated_by && <Reference id={record.updated_by} link={false} />}
          </dd>
        </div>
      )}
      <div>
        <dt>{t.recordVersion()}</dt>
        <dd className="num">{record.version}</dd>
      </div>
    </dl>
  );
}

interface LoadedProps extends Omit<Props, 'record'> {
  readonly id: string;
}

// Asks for the record and shows it, as it is now or as it was known.
export function LoadedRecord({ id, ...rest }: LoadedProps) {
  const t = useText();
  const record = useRecord(rest.entity, id, rest.asOf);
  if (record.isPending) return <div className={styles.waiting}>{rest.tools}</div>;
  if (record.isError) {
    const early = rest.asOf !== undefined && record.error instanceof ApiError && record.error.kind === 'not_found';
    return (
      <div className={styles.waiting}>
        {rest.tools}
        {early && (
          <>
            <p>{t.asOfNotYet()}</p>
            <Button onClick={() => rest.onAsOf(undefined)}>{t.asOfBack()}</Button>
          </>
        )}
        {!early && !isCancelled(record.error) && <Failure error={record.error} onRetry={() => void record.refetch()} />}
      </div>
    );
  }
  return <RecordBody key={`${id} ${rest.asOf ?? ''}`} record={record.data} {...rest} />;
}
