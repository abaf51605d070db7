// Two people changed the same thing: both values side by side, and a choice for each field. Nothing is overwritten that
// nobody saw.
import { useState } from 'react';
import type { AnyRecord } from '../api/records';
import type { Entity } from '../api/schema';
import { fieldOf } from '../api/schema';
import { useText } from '../i18n/useText';
import { Visible } from '../text/Visible';
import { Button } from '../ui/Button';
import { Dialog, DialogButtons } from '../ui/Dialog';
import type { Conflict } from './diff';
import { fieldLabel } from './labels';
import { Texts, Value } from './Value';
import styles from './ConflictDialog.module.css';

interface Props {
  readonly entity: Entity;
  readonly theirs: AnyRecord;
  readonly conflicts: readonly Conflict[];
  // The fields in which what I wrote shall stand.
  readonly onDone: (mine: readonly string[]) => void;
  readonly onCancel: () => void;
}

function Shown({ entity, name, value }: { readonly entity: Entity; readonly name: string; readonly value: unknown }) {
  const field = fieldOf(entity, name);
  if (field) return <Value entity={entity} field={field} value={value} />;
  if (Array.isArray(value)) return <Texts values={value.map(String)} />;
  return <Visible text={typeof value === 'string' ? value : JSON.stringify(value ?? null)} />;
}

export function ConflictDialog({ entity, theirs, conflicts, onDone, onCancel }: Props) {
  const t = useText();
  const [mine, setMine] = useState<ReadonlySet<string>>(new Set(conflicts.map((conflict) => conflict.field)));
  const set = (field: string, isMine: boolean) => {
    const next = new Set(mine);
    if (isMine) next.add(field);
    else next.delete(field);
    setMine(next);
  };
  return (
    <Dialog opened onClose={onCancel} title={t.conflictTitle()} closeName={t.commonClose()} size="xl">
      <p className={styles.lead}>{t.conflictLead({ version: theirs.version })}</p>
      {conflicts.map(({ field, theirs: their, mine: my }) => {
        const label = fieldLabel(t, entity.name, field);
        return (
          <fieldset key={field} className={styles.field}>
            <legend>{label}</legend>
            <label className={mine.has(field) ? '' : styles.taken}>
              <input type="radio" name={`conflict-${field}`} checked={!mine.has(field)} onChange={() => set(field, false)} />
              <b>{t.conflictTheirs()}</b>
              <span className={styles.value}>
                <Shown entity={entity} name={field} value={their} />
              </span>
            </label>
            <label className={mine.has(field) ? styles.taken : ''}>
              <input type="radio" name={`conflict-${field}`} checked={mine.has(field)} onChange={() => set(field, true)} />
              <b>{t.conflictMine()}</b>
              <span className={styles.value}>
                <Shown entity={entity} name={field} value={my} />
              </span>
            </label>
          </fieldset>
        );
      })}
      <DialogButtons>
        <Button onClick={onCancel}>{t.commonCancel()}</Button>
        <Button kind="primary" data-autofocus onClick={() => onDone([...mine])}>
          {t.conflictSave()}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
