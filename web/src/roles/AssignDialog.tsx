// Somebody, or a post, takes a role on: for which company, as whom, from when until when.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../api/client';
import { createRecord, deleteRecord, newId, newKey } from '../api/records';
import { isCancelled, useDeed } from '../app/deeds';
import { usePreferences } from '../app/preferences';
import { organisationName, useMay, useOrganisation, useSession } from '../app/session';
import { useToast } from '../app/toasts';
import { useText } from '../i18n/useText';
import { Button } from '../ui/Button';
import { DateInput } from '../ui/DateInput';
import { Dialog, DialogButtons } from '../ui/Dialog';
import { typedDate } from '../i18n/typedTime';
import { Field, Input, Select, Tick } from '../ui/Field';
import { faultLabel } from '../record/labels';
import { ReferenceInput } from '../record/ValueInput';
import styles from './RolePage.module.css';

interface Props {
  readonly code: string;
  readonly name: string;
  readonly onClose: () => void;
}

export function AssignDialog({ code, name, onClose }: Props) {
  const t = useText();
  const { language } = usePreferences();
  const may = useMay();
  const run = useDeed();
  const toast = useToast();
  const client = useQueryClient();
  const session = useSession();
  const open = session.organisations.filter((one) => may('assignment.create', one.key));
  const chosen = useOrganisation();
  const [kind, setKind] = useState<'person' | 'post'>('person');
  const [who, setWho] = useState('');
  const [organisation, setOrganisation] = useState(String((open.find((one) => one.key === chosen?.key) ?? open[0])?.key ?? ''));
  const [sourcing, setSourcing] = useState('inhouse');
  const [deputy, setDeputy] = useState(false);
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const [once] = useState(() => ({ id: newId(), key: newKey() }));
  const submit = async () => {
    if (who === '') return setFaults({ who: 'needed' });
    const first = from.trim() === '' ? '' : typedDate(from);
    const last = until.trim() === '' ? '' : typedDate(until);
    if (first === undefined) return setFaults({ valid_from: 'not_a_date' });
    if (last === undefined) return setFaults({ valid_until: 'not_a_date' });
    if (first !== '' && last !== '' && last < first) return setFaults({ valid_until: 'out_of_range' });
    setBusy(true);
    setFaults({});
    try {
      const values = {
        id: once.id, role: code, [kind]: who, sourcing, deputy,
        ...(organisation === '' ? {} : { organisation: Number(organisation) }),
        ...(first === '' ? {} : { valid_from: first }),
        ...(last === '' ? {} : { valid_until: last }),
      };
      const record = await run((reason) => createRecord('assignments', values, once.key, reason));
      toast({
        text: t.assignDone({ role: `${code} ${name}` }),
        undo: async () => {
          await deleteRecord('assignments', record.id, record.version);
          await client.invalidateQueries({ queryKey: ['roles'] });
        },
      });
      await client.invalidateQueries({ queryKey: ['roles'] });
      onClose();
    } catch (error) {
      if (isCancelled(error)) return;
      const found = error instanceof ApiError ? error.faults : [];
      setFaults(found.length > 0 ? Object.fromEntries(found.map((fault) => [fault.field === 'person' || fault.field === 'post' ? 'who' : fault.field, fault.code])) : { whole: error instanceof ApiError ? error.kind : 'other' });
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  const fault = (field: string) => (faults[field] === undefined ? undefined : faultLabel(t, faults[field]));
  const known = ['who', 'valid_from', 'valid_until', 'sourcing', 'organisation'];
  const whole = Object.keys(faults).find((field) => !known.includes(field));
  return (
    <Dialog opened onClose={onClose} title={t.assignTitle({ role: `${code} ${name}` })} closeName={t.commonClose()} size="md">
      <form data-part="form"
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {whole !== undefined && (
          <p role="alert" className={styles.problem}>
            {faults[whole] === 'forbidden' ? t.failForbidden() : whole === 'whole' ? t.failOther() : faultLabel(t, faults[whole] ?? '')}
          </p>
        )}
        <div className={styles.switch} role="group" aria-label={t.assignWho()}>
          <Button
            aria-pressed={kind === 'person'}
            onClick={() => {
              setKind('person');
              setWho('');
            }}
          >
            {t.assignPerson()}
          </Button>
          <Button
            aria-pressed={kind === 'post'}
            onClick={() => {
              setKind('post');
              setWho('');
            }}
          >
            {t.assignPost()}
          </Button>
        </div>
        <Field label={kind === 'person' ? t.assignPerson() : t.assignPost()} needed={t.fieldNeeded()} fault={fault('who')} hint={kind === 'post' ? t.assignPostHint() : undefined}>
          {(given) => <ReferenceInput key={kind} target={kind} label={kind === 'person' ? t.assignPerson() : t.assignPost()} value={who} onChange={setWho} given={given} />}
        </Field>
        <Field label={t.assignOrganisation()} fault={fault('organisation')}>
          {(given) => (
            <Select {...given} value={organisation} onChange={(event) => setOrganisation(event.currentTarget.value)}>
              {open.map((one) => (
                <option key={one.key} value={one.key}>
                  {organisationName(one, language)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t.rolesSourcing()} fault={fault('sourcing')}>
          {(given) => (
            <Select {...given} value={sourcing} onChange={(event) => setSourcing(event.currentTarget.value)}>
              <option value="inhouse">{t.sourcingInhouse()}</option>
              <option value="outsourced">{t.sourcingOutsourced()}</option>
            </Select>
          )}
        </Field>
        <Tick checked={deputy} onChange={(event) => setDeputy(event.currentTarget.checked)}>
          {t.assignDeputy()}
        </Tick>
        <div className={styles.pair}>
          <Field label={t.assignFrom()} fault={fault('valid_from')}>
            {(given) => <DateInput {...given} withClock={false} pickName={t.inputPickDay()} value={from} onChange={setFrom} />}
          </Field>
          <Field label={t.assignUntil()} fault={fault('valid_until')}>
            {(given) => <DateInput {...given} withClock={false} pickName={t.inputPickDay()} value={until} onChange={setUntil} />}
          </Field>
        </div>
        <DialogButtons>
          <Button onClick={onClose}>{t.commonCancel()}</Button>
          <Button kind="primary" type="submit" disabled={busy}>
            {t.assignConfirm()}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

interface MaturityProps {
  readonly code: string;
  readonly now: { readonly as_is: number | null; readonly to_be: number | null };
  readonly onSave: (setting: { organisation: number; maturity_as_is: number | null; maturity_to_be: number | null; remark: string }, reason: string) => Promise<void>;
  readonly onClose: () => void;
}

// How well a role is done and shall be, with the reason that stands in its history.
export function MaturityDialog({ code, now, onSave, onClose }: MaturityProps) {
  const t = useText();
  const { language } = usePreferences();
  const may = useMay();
  const session = useSession();
  const chosen = useOrganisation();
  const open = session.organisations.filter((one) => may('role_setting.change', one.key) || may('role_setting.create', one.key));
  const [organisation, setOrganisation] = useState(String((open.find((one) => one.key === chosen?.key) ?? open[0])?.key ?? ''));
  const [is, setIs] = useState(String(now.as_is ?? ''));
  const [shall, setShall] = useState(String(now.to_be ?? ''));
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<string>();
  const submit = async () => {
    if (reason.trim() === '') return setFault(faultLabel(t, 'needed'));
    try {
      await onSave({ organisation: Number(organisation), maturity_as_is: is === '' ? null : Number(is), maturity_to_be: shall === '' ? null : Number(shall), remark: reason.trim() }, reason.trim());
      onClose();
    } catch (error) {
      if (isCancelled(error)) return;
      const first = error instanceof ApiError ? error.faults[0] : undefined;
      setFault(first ? faultLabel(t, first.code, first.detail) : error instanceof ApiError && error.kind === 'forbidden' ? t.failForbidden() : t.failOther());
    }
    return undefined;
  };
  const level = (label: string, value: string, set: (value: string) => void) => (
    <Field label={label}>
      {(given) => (
        <Select {...given} value={value} onChange={(event) => set(event.currentTarget.value)}>
          <option value="">{t.inputNothing()}</option>
          {[1, 2, 3, 4, 5].map((one) => (
            <option key={one} value={one}>
              {levelWord(t, one)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
  return (
    <Dialog opened onClose={onClose} title={t.maturityTitle({ role: code })} closeName={t.commonClose()} size="md">
      <form data-part="form"
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field label={t.assignOrganisation()}>
          {(given) => (
            <Select {...given} value={organisation} onChange={(event) => setOrganisation(event.currentTarget.value)}>
              {open.map((one) => (
                <option key={one.key} value={one.key}>
                  {organisationName(one, language)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {level(t.maturityNow(), is, setIs)}
        {level(t.maturityThen(), shall, setShall)}
        <Field label={t.reasonLabel()} needed={t.fieldNeeded()} fault={fault} hint={t.reasonHint()}>
          {(given) => <Input {...given} value={reason} maxLength={1000} onChange={(event) => setReason(event.currentTarget.value)} />}
        </Field>
        <DialogButtons>
          <Button onClick={onClose}>{t.commonCancel()}</Button>
          <Button kind="primary" type="submit" disabled={organisation === ''}>
            {t.formSave()}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

function levelWord(t: ReturnType<typeof useText>, level: number): string {
  return [t.maturityLevel1(), t.maturityLevel2(), t.maturityLevel3(), t.maturityLevel4(), t.maturityLevel5()][level - 1] ?? String(level);
}
