import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addRelation, relationsOf, removeRelation } from '../api/records';
import type { AnyRecord } from '../api/records';
import { keptAs, useSchema } from '../api/schema';
import type { Entity } from '../api/schema';
import { useDeed } from '../app/deeds';
import { useMay } from '../app/session';
import { Failure, Loading } from '../app/states';
import { useText } from '../i18n/useText';
import type { Messages } from '../i18n/messages';
import { Visible } from '../text/Visible';
import { Button, IconButton } from '../ui/Button';
import { Field, Select } from '../ui/Field';
import { TrashIcon } from '../ui/icons';
import { entityLabel } from './labels';
import { Reference } from './Value';
import { ReferenceInput } from './ValueInput';
import { useRecordDeeds } from './useRecordDeeds';
import styles from './Parts.module.css';

// What one record is to another; the server takes any short word.
const kinds = ['related', 'caused_by', 'part_of', 'duplicate_of'] as const;

function kindName(t: Messages, kind: string): string {
  const names: Readonly<Record<string, string>> = { related: t.relationRelated(), caused_by: t.relationCausedBy(), part_of: t.relationPartOf(), duplicate_of: t.relationDuplicateOf() };
  return Object.hasOwn(names, kind) ? (names[kind] ?? kind) : kind;
}

export function Relations({ entity, record }: { readonly entity: Entity; readonly record: AnyRecord }) {
  const t = useText();
  const may = useMay();
  const run = useDeed();
  const client = useQueryClient();
  const deeds = useRecordDeeds(entity);
  const relations = useQuery({ queryKey: ['relations', keptAs(entity), record.id], queryFn: ({ signal }) => relationsOf(entity.path, record.id, signal) });
  const again = () => client.invalidateQueries({ queryKey: ['relations', keptAs(entity), record.id] });
  const remove = useMutation({ mutationFn: (id: string) => run(() => removeRelation(entity.path, record.id, id)), onSuccess: again, onError: deeds.failed });
  const mayChange = may(`${entity.name}.change`, record.organisation);
  if (relations.isPending) return <Loading />;
  if (relations.isError) return <Failure error={relations.error} onRetry={() => void relations.refetch()} />;
  return (
    <>
      {relations.data.items.length === 0 && <p className="dim">{t.relationsNone()}</p>}
      <ul className={styles.list}>
        {relations.data.items.map((relation) => (
          <li key={relation.id} className={styles.relation}>
            <span className="dim">
              {relation.from_record === record.id ? '→ ' : '← '}
              <Visible text={kindName(t, relation.kind)} />
            </span>
            {relation.from_record === record.id ? <Reference id={relation.to_record} target={relation.to_entity} /> : <Reference id={relation.from_record} target={relation.from_entity} />}
            {mayChange && <IconButton name={t.relationsRemove()} icon={<TrashIcon />} onClick={() => remove.mutate(relation.id)} />}
          </li>
        ))}
      </ul>
      {mayChange && <NewRelation entity={entity} record={record} onDone={again} />}
    </>
  );
}

function NewRelation({ entity, record, onDone }: { readonly entity: Entity; readonly record: AnyRecord; readonly onDone: () => Promise<void> }) {
  const t = useText();
  const run = useDeed();
  const may = useMay();
  const schema = useSchema();
  const deeds = useRecordDeeds(entity);
  const [kind, setKind] = useState<string>(kinds[0]);
  const [target, setTarget] = useState(entity.name);
  const [other, setOther] = useState('');
  const add = useMutation({
    mutationFn: () => run(() => addRelation(entity.path, record.id, kind, { entity: target, record: other })),
    onSuccess: async () => {
      setOther('');
      await onDone();
    },
    onError: deeds.failed,
  });
  const targets = (schema.data?.all ?? []).filter((one) => may(`${one.name}.read`));
  return (
    <form data-part="form"
      className={styles.inline}
      onSubmit={(event) => {
        event.preventDefault();
        if (other !== '') add.mutate();
      }}
    >
      <Field label={t.relationsKind()}>
        {(given) => (
          <Select {...given} value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
            {kinds.map((one) => (
              <option key={one} value={one}>
                {kindName(t, one)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t.relationsTarget()}>
        {(given) => (
          <Select
            {...given}
            value={target}
            onChange={(event) => {
              setTarget(event.currentTarget.value);
              setOther('');
            }}
          >
            {targets.map((one) => (
              <option key={one.name} value={one.name}>
                {entityLabel(t, one.name)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t.relationsRecord()}>{(given) => <ReferenceInput target={target} label={t.relationsRecord()} value={other} onChange={setOther} given={given} />}</Field>
      <Button type="submit" disabled={other === '' || add.isPending}>
        {t.relationsAdd()}
      </Button>
    </form>
  );
}
