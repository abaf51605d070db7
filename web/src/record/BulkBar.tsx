// What is done to many records at once: always shown first (how many, which not and why), then done.
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Action, Entity, Field } from '../api/schema';
import { fieldOf, keptAs } from '../api/schema';
import { ApiError } from '../api/client';
import { bulk, newKey, undoChange, historyOf } from '../api/records';
import type { BulkAnswer, BulkRequest } from '../api/records';
import { useDeed, isCancelled } from '../app/deeds';
import { Failure, Loading, Note } from '../app/states';
import { useMay } from '../app/session';
import { useToast } from '../app/toasts';
import { usePreferences } from '../app/preferences';
import { useText } from '../i18n/useText';
import { Button } from '../ui/Button';
import { Dialog, DialogButtons } from '../ui/Dialog';
import { Field as Labelled, Select, TextArea } from '../ui/Field';
import { CloseIcon, EditIcon, TrashIcon } from '../ui/icons';
import type { Raw } from './form';
import { rawOf, readRaw, writableFields } from './form';
import { actionLabel, faultLabel, fieldLabel } from './labels';
import type { Selection } from './selection';
import { chosenCount } from './selection';
import { Reference } from './Value';
import { ValueInput } from './ValueInput';
import styles from './BulkBar.module.css';

export type BulkDeed = { readonly kind: 'change' } | { readonly kind: 'delete' } | { readonly kind: 'action'; readonly action: Action };

interface Props {
  readonly entity: Entity;
  readonly selection: Selection;
  readonly total: number;
  readonly onAll: () => void;
  readonly onClear: () => void;
  readonly onDeed: (deed: BulkDeed) => void;
}

export function BulkBar({ entity, selection, total, onAll, onClear, onDeed }: Props) {
  const t = useText();
  const may = useMay();
  const count = chosenCount(selection, total);
  if (count === 0) return null;
  const actions = (entity.actions ?? []).filter((action) => may(`${entity.name}.${action.name}`));
  return (
    <div className={styles.bar} role="toolbar" aria-label={t.bulkName()}>
      <b className="num">{t.bulkChosen({ count })}</b>
      {!selection.all && count < total && (
        <Button kind="quiet" onClick={onAll}>
          {t.bulkAll({ total })}
        </Button>
      )}
      {may(`${entity.name}.change`) && (
        <Button icon={<EditIcon />} onClick={() => onDeed({ kind: 'change' })}>
          {t.bulkChange()}
        </Button>
      )}
      {actions.slice(0, 4).map((action) => (
        <Button key={action.name} onClick={() => onDeed({ kind: 'action', action })}>
          {actionLabel(t, entity.name, action.name)}
        </Button>
      ))}
      {may(`${entity.name}.delete`) && (
        <Button icon={<TrashIcon />} onClick={() => onDeed({ kind: 'delete' })}>
          {t.actionDelete()}
        </Button>
      )}
      <Button kind="quiet" icon={<CloseIcon />} aria-label={t.bulkClear()} onClick={onClear} />
    </div>
  );
}

interface DialogProps {
  readonly entity: Entity;
  readonly deed: BulkDeed;
  readonly selection: Selection;
  readonly query: string;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function BulkDialog({ entity, deed, selection, query, onClose, onDone }: DialogProps) {
  const t = useText();
  const [set, setSet] = useState<Readonly<Record<string, unknown>>>();
  const title = deed.kind === 'delete' ? t.bulkDeleteTitle() : deed.kind === 'change' ? t.bulkChangeTitle() : actionLabel(t, entity.name, deed.action.name);
  return (
    <Dialog opened onClose={onClose} title={title} closeName={t.commonClose()}>
      {deed.kind === 'change' && set === undefined ? (
        <ChooseChange entity={entity} onClose={onClose} onChosen={setSet} />
      ) : (
        <Preview entity={entity} deed={deed} set={set} selection={selection} query={query} onClose={onClose} onDone={onDone} />
      )}
    </Dialog>
  );
}

function ChooseChange({ entity, onClose, onChosen }: { readonly entity: Entity; readonly onClose: () => void; readonly onChosen: (set: Readonly<Record<string, unknown>>) => void }) {
  const t = useText();
  const { zone } = usePreferences();
  const fields = writableFields(entity, undefined).filter((field) => !field.unique && !field.once);
  const [name, setName] = useState(fields[0]?.name ?? '');
  const field = fieldOf(entity, name);
  const blank = (of: Field | undefined): Raw => (of ? rawOf(of, undefined, zone) : '');
  const [raw, setRaw] = useState<Raw>(() => blank(fields[0]));
  const [fault, setFault] = useState<string>();
  if (!field) return <p>{t.bulkNoField()}</p>;
  return (
    <form data-part="form"
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        const read = readRaw(field, raw, zone);
        if (read.fault !== undefined) setFault(read.fault);
        else onChosen({ [field.name]: read.value });
      }}
    >
      <Labelled label={t.filterField()}>
        {(given) => (
          <Select
            {...given}
            data-autofocus
            value={name}
            onChange={(event) => {
              setName(event.currentTarget.value);
              setRaw(blank(fieldOf(entity, event.currentTarget.value)));
              setFault(undefined);
            }}
          >
            {fields.map((one) => (
              <option key={one.name} value={one.name}>
                {fieldLabel(t, entity.name, one.name)}
              </option>
            ))}
          </Select>
        )}
      </Labelled>
      <Labelled label={t.bulkNewValue()} fault={fault === undefined ? undefined : faultLabel(t, fault)}>
        {(given) => <ValueInput entity={entity} field={field} label={t.bulkNewValue()} value={raw} onChange={setRaw} given={given} />}
      </Labelled>
      <DialogButtons>
        <Button onClick={onClose}>{t.commonCancel()}</Button>
        <Button kind="primary" type="submit">
          {t.bulkPreview()}
        </Button>
      </DialogButtons>
    </form>
  );
}

// The same as the server's.
const bulkAtMost = 1000;
const shownRefusals = 50;
// More are not undone one by one.
const undoAtMost = 100;

function Preview({ entity, deed, set, selection, query, onClose, onDone }: Omit<DialogProps, 'deed'> & { readonly deed: BulkDeed; readonly set: Readonly<Record<string, unknown>> | undefined }) {
  const t = useText();
  const run = useDeed();
  const toast = useToast();
  const [key] = useState(newKey);
  const [reason, setReason] = useState('');
  const needsReason = deed.kind === 'action' && deed.action.needs_reason === true;
  const asked: Omit<BulkRequest, 'preview'> = {
    ...(selection.all ? { query } : { ids: [...selection.ids] }),
    ...(deed.kind === 'delete' ? { delete: true as const } : deed.kind === 'action' ? { action: deed.action.name } : { set: set ?? {} }),
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
  };
  const preview = useQuery({
    queryKey: ['bulk', keptAs(entity), key],
    queryFn: () => bulk(entity.path, { ...asked, ...(needsReason ? { reason: '-' } : {}), preview: true }, key),
    gcTime: 0,
    staleTime: Infinity,
    retry: false,
  });
  const undoAll = async (ids: readonly string[]) => {
    for (const id of ids) {
      const { items } = await historyOf(entity.path, id, undefined, 1);
      if (items[0]) await undoChange(items[0].seq, entity.vault?.key);
    }
  };
  const perform = useMutation({
    mutationFn: () => run((given) => bulk(entity.path, { ...asked, ...(given === undefined ? {} : { reason: given }), preview: false }, key)),
    onSuccess: (answer) => {
      const refused = new Set(answer.refused.map((one) => one.id));
      const done = [...selection.ids].filter((id) => !refused.has(id));
      const undoable = !selection.all && done.length <= undoAtMost && answer.job === undefined;
      toast({ text: answer.job === undefined ? t.bulkDone({ done: answer.done, refused: answer.refused.length }) : t.bulkAsJob({ count: answer.count }), ...(undoable ? { undo: () => undoAll(done) } : {}) });
      onDone();
    },
  });
  if (preview.isPending) return <Loading />;
  if (preview.isError) {
    const tooMany = preview.error instanceof ApiError && preview.error.faults.some((fault) => fault.field === 'query' && fault.code === 'too_long');
    if (tooMany) {
      return (
        <Note title={t.bulkTooMany()}>
          <p>{t.bulkTooManyAdvice({ most: bulkAtMost })}</p>
        </Note>
      );
    }
    return <Failure error={preview.error} onRetry={() => void preview.refetch()} />;
  }
  const able = Math.max(0, preview.data.count - preview.data.refused.length);
  return (
    <form data-part="form"
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!needsReason || reason.trim() !== '') perform.mutate();
      }}
    >
      <p className={styles.sum}>{t.bulkWillDo({ able, count: preview.data.count })}</p>
      <Refusals answer={preview.data} entity={entity} />
      <Labelled label={t.reasonLabel()} needed={needsReason ? t.fieldNeeded() : undefined} hint={t.reasonHint()}>
        {(given) => <TextArea {...given} rows={2} value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />}
      </Labelled>
      {perform.isError && !isCancelled(perform.error) && <Failure error={perform.error} />}
      <DialogButtons>
        <Button onClick={onClose}>{t.commonCancel()}</Button>
        <Button kind="primary" type="submit" data-autofocus disabled={able === 0 || perform.isPending || (needsReason && reason.trim() === '')}>
          {t.bulkConfirm({ able })}
        </Button>
      </DialogButtons>
    </form>
  );
}

function Refusals({ answer, entity }: { readonly answer: BulkAnswer; readonly entity: Entity }) {
  const t = useText();
  if (answer.refused.length === 0) return null;
  return (
    <section className={styles.refusals} tabIndex={0} aria-label={t.bulkRefused({ count: answer.refused.length })}>
      <h3>{t.bulkRefused({ count: answer.refused.length })}</h3>
      <ul>
        {answer.refused.slice(0, shownRefusals).map((one) => (
          <li key={one.id}>
            <Reference id={one.id} target={entity.name} link={false} />
            <span>
              {one.faults && one.faults.length > 0
                ? one.faults.map((fault) => `${fieldLabel(t, entity.name, fault.field)}: ${faultLabel(t, fault.code, fault.detail)}`).join(' / ')
                : refusalName(one.code, t)}
            </span>
          </li>
        ))}
      </ul>
      {answer.refused.length > shownRefusals && <p className="dim">{t.facetsMore({ others: answer.refused.length - shownRefusals })}</p>}
    </section>
  );
}

function refusalName(code: string, t: ReturnType<typeof useText>): string {
  const names: Readonly<Record<string, string>> = { needs_approval: t.deedWaits(), needs_step_up: t.proofLead(), needs_reason: t.reasonTitle(), forbidden: t.failForbidden(), not_found: t.failNotFound(), stale: t.failStale(), conflict: t.failConflict(), invalid: t.failInvalid() };
  return Object.hasOwn(names, code) ? (names[code] ?? code) : faultLabel(t, code);
}
