// The form of any record, made of its declaration: for a new one or for all that may be changed of one that is there.
import { useEffect, useMemo, useRef, useState } from 'react';
import { ApiError } from '../api/client';
import type { Fault } from '../api/client';
import type { AnyRecord } from '../api/records';
import type { Entity, Field } from '../api/schema';
import { isCancelled } from '../app/deeds';
import { usePreferences } from '../app/preferences';
import { organisationName, useMay, useOrganisation, useSession } from '../app/session';
import { useText } from '../i18n/useText';
import { Visible } from '../text/Visible';
import { visible } from '../text/visible';
import { Button } from '../ui/Button';
import { DialogButtons } from '../ui/Dialog';
import { Field as Labelled, Select } from '../ui/Field';
import { useCustomFields } from './custom';
import type { Raw, RawForm } from './form';
import { rawForm, readForm, writableFields } from './form';
import { faultLabel, fieldLabel } from './labels';
import { tlpWord, tlps } from './Tlp';
import { TextsInput, ValueInput } from './ValueInput';
import styles from './RecordForm.module.css';

interface Props {
  readonly entity: Entity;
  readonly record?: AnyRecord;
  // Values that a new one begins with.
  readonly given?: Readonly<Record<string, unknown>>;
  // Only these; without it all that may be written.
  readonly only?: readonly string[];
  readonly submitName: string;
  readonly onSubmit: (values: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly onCancel: () => void;
}

const isWide = (field: Field) => field.kind === 'prose' || field.kind === 'texts';

export function RecordForm({ entity, record, given, only, submitName, onSubmit, onCancel }: Props) {
  const t = useText();
  const { language, zone } = usePreferences();
  const may = useMay();
  const fields = useMemo(() => writableFields(entity, record).filter((field) => only === undefined || only.includes(field.name)), [entity, record, only]);
  // A value may be in need of a permission that the person has not.
  const shown = fields.filter((field) => !field.permission || may(field.permission, record?.organisation));
  const [initial] = useState(() => rawForm(fields, record ?? {}, zone));
  const [raw, setRaw] = useState<RawForm>(() => ({ ...initial, ...(given ? rawForm(fields.filter((field) => Object.hasOwn(given, field.name)), given, zone) : {}) }));
  const [labels, setLabels] = useLabels(entity, record);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [whole, setWhole] = useState<string>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const custom = useCustomFields(entity);
  const customFields = useMemo(() => (only === undefined ? custom.map((one) => one.field) : []), [custom, only]);
  const customBefore = useMemo(() => rawForm(customFields, record?.custom ?? {}, zone), [customFields, record, zone]);
  const [customRaw, setCustomRaw] = useState<RawForm>({});
  useEffect(() => form.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus(), []);
  const faultAt = (name: string) => {
    const fault = faults.find((one) => one.field === name);
    return fault ? faultLabel(t, fault.code, fault.detail) : undefined;
  };
  const refuse = (found: readonly Fault[]) => {
    setFaults(found);
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const submit = async () => {
    const read = readForm(fields, raw, initial, zone, record === undefined);
    const own = readForm(customFields, { ...customBefore, ...customRaw }, customBefore, zone, record === undefined);
    const found = [...read.faults, ...own.faults.map((fault) => ({ ...fault, field: `custom.${fault.field}` }))];
    if (found.length > 0) return refuse(found);
    setFaults([]);
    setWhole(undefined);
    setBusy(true);
    try {
      await onSubmit({ ...read.values, ...(only === undefined ? labels.changed() : {}), ...(Object.keys(own.values).length === 0 ? {} : { custom: { ...record?.custom, ...own.values } }) });
    } catch (error) {
      if (isCancelled(error)) return;
      if (error instanceof ApiError && error.faults.length > 0) refuse(error.faults);
      const placed = error instanceof ApiError && error.faults.some((fault) => shown.some((field) => field.name === fault.field));
      if (!placed) setWhole(error instanceof ApiError ? wholeFault(error, t, entity) : t.failOther());
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  return (
    <form data-part="form"
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {whole !== undefined && (
        <p role="alert" className={styles.whole}>
          <Visible text={whole} />
        </p>
      )}
      <div className={styles.grid}>
        {shown.map((field, index) => (
          <Labelled key={field.name} label={fieldLabel(t, entity.name, field.name)} needed={field.needed ? t.fieldNeeded() : undefined} fault={faultAt(field.name)} wide={isWide(field)} hint={field.once ? t.fieldOnce() : undefined}>
            {(box) => <ValueInput entity={entity} field={field} label={fieldLabel(t, entity.name, field.name)} value={raw[field.name] ?? ''} given={index === 0 ? { ...box, 'data-autofocus': true } : box} onChange={(value: Raw) => setRaw((known) => ({ ...known, [field.name]: value }))} />}
          </Labelled>
        ))}
        {customFields.map((field) => {
          const label = custom.find((one) => one.field === field)?.label[language] ?? field.name;
          return (
            <Labelled key={`custom.${field.name}`} label={visible(label)} needed={field.needed ? t.fieldNeeded() : undefined} fault={faultAt(`custom.${field.name}`)}>
              {(box) => <ValueInput entity={entity} field={field} label={label} value={customRaw[field.name] ?? customBefore[field.name] ?? ''} given={box} onChange={(value: Raw) => setCustomRaw((known) => ({ ...known, [field.name]: value }))} />}
            </Labelled>
          );
        })}
        {only === undefined && <LabelInputs entity={entity} record={record} labels={labels} onChange={setLabels} faultAt={faultAt} />}
      </div>
      <DialogButtons>
        <Button onClick={onCancel}>{t.commonCancel()}</Button>
        <Button kind="primary" type="submit" disabled={busy}>
          {submitName}
        </Button>
      </DialogButtons>
    </form>
  );
}

function wholeFault(error: ApiError, t: ReturnType<typeof useText>, entity: Entity): string {
  const first = error.faults[0];
  if (first) return `${first.field === '' ? '' : `${fieldLabel(t, entity.name, first.field)}: `}${faultLabel(t, first.code, first.detail)}`;
  const words: Readonly<Partial<Record<ApiError['kind'], string>>> = { needs_approval: t.deedWaits(), forbidden: t.failForbidden(), conflict: t.failConflict(), stale: t.failStale(), unreachable: t.failUnreachable(), unavailable: t.failUnavailable(), too_many: t.failTooMany() };
  return words[error.kind] ?? t.failOther();
}

// What stands on every record beside its fields.
interface Labels {
  readonly organisation: string;
  readonly tlp: string;
  readonly tags: readonly string[];
  readonly changed: () => Readonly<Record<string, unknown>>;
}

function useLabels(entity: Entity, record: AnyRecord | undefined) {
  const session = useSession();
  const chosen = useOrganisation();
  const first = chosen ?? session.organisations[0];
  const before = { organisation: entity.for_all_organisations ? '' : String(record?.organisation ?? first?.key ?? ''), tlp: record?.tlp ?? 'none', tags: record?.tags ?? [] };
  const [state, setState] = useState(before);
  const [start] = useState(before);
  const labels: Labels = {
    ...state,
    changed: () => ({
      ...(record === undefined && state.organisation !== '' ? { organisation: Number(state.organisation) } : {}),
      ...(state.tlp === start.tlp ? {} : { tlp: state.tlp }),
      ...(JSON.stringify(state.tags) === JSON.stringify(start.tags) ? {} : { tags: state.tags }),
    }),
  };
  return [labels, (part: Partial<typeof before>) => setState((known) => ({ ...known, ...part }))] as const;
}

interface LabelProps {
  readonly entity: Entity;
  readonly record: AnyRecord | undefined;
  readonly labels: Labels;
  readonly onChange: (part: { organisation?: string; tlp?: string; tags?: readonly string[] }) => void;
  readonly faultAt: (name: string) => string | undefined;
}

function LabelInputs({ entity, record, labels, onChange, faultAt }: LabelProps) {
  const t = useText();
  const session = useSession();
  const may = useMay();
  const { language } = usePreferences();
  const open = session.organisations.filter((one) => may(`${entity.name}.create`, one.key));
  return (
    <>
      {record === undefined && !entity.for_all_organisations && open.length > 0 && (
        <Labelled label={fieldLabel(t, 'record', 'organisation')} fault={faultAt('organisation')}>
          {(box) => (
            <Select {...box} value={labels.organisation} onChange={(event) => onChange({ organisation: event.currentTarget.value })}>
              {open.map((one) => (
                <option key={one.key} value={one.key}>
                  {organisationName(one, language)}
                </option>
              ))}
            </Select>
          )}
        </Labelled>
      )}
      <Labelled label={fieldLabel(t, 'record', 'tlp')} fault={faultAt('tlp')}>
        {(box) => (
          <Select {...box} value={labels.tlp} onChange={(event) => onChange({ tlp: event.currentTarget.value })}>
            {tlps.map((tlp) => (
              <option key={tlp} value={tlp}>
                {tlp === 'none' ? t.inputNothing() : tlpWord(tlp)}
              </option>
            ))}
          </Select>
        )}
      </Labelled>
      <Labelled label={fieldLabel(t, 'record', 'tags')} fault={faultAt('tags')} wide>
        {(box) => <TextsInput label={fieldLabel(t, 'record', 'tags')} values={labels.tags} given={box} onChange={(tags) => onChange({ tags })} />}
      </Labelled>
    </>
  );
}
