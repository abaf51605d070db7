import { useState } from 'react';
import type { AnyRecord } from '../api/records';
import { newId, newKey } from '../api/records';
import type { Entity } from '../api/schema';
import { useText } from '../i18n/useText';
import { Dialog } from '../ui/Dialog';
import { entityLabel } from './labels';
import { RecordForm } from './RecordForm';
import { useRecordDeeds } from './useRecordDeeds';

interface Props {
  readonly entity: Entity;
  readonly given?: Readonly<Record<string, unknown>>;
  readonly onClose: () => void;
  readonly onCreated: (record: AnyRecord) => void;
}

export function NewRecord({ entity, given, onClose, onCreated }: Props) {
  const t = useText();
  const deeds = useRecordDeeds(entity);
  // The same record and key however often it is sent.
  const [once] = useState(() => ({ id: newId(), key: newKey() }));
  return (
    <Dialog opened onClose={onClose} title={t.listNew({ entity: entityLabel(t, entity.name) })} closeName={t.commonClose()} size="xl">
      <RecordForm entity={entity} {...(given ? { given } : {})} submitName={t.formCreate()} onCancel={onClose} onSubmit={async (values) => onCreated(await deeds.create({ id: once.id, ...values }, once.key))} />
    </Dialog>
  );
}
