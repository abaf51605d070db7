// Moves a record into a vault: what happens, that there is no way back, and what stands in the way.
import { useNavigate } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { troubleWords } from '../account/trouble';
import { sendJson } from '../api/client';
import type { AnyRecord } from '../api/records';
import { keptAs } from '../api/schema';
import type { Entity } from '../api/schema';
import type { Schemas } from '../api/typed';
import { isCancelled, useDeed } from '../app/deeds';
import { keep } from '../app/kept';
import { useToast } from '../app/toasts';
import { useText } from '../i18n/useText';
import { titleOf } from '../record/labels';
import { titles } from '../record/titles';
import { visible } from '../text/visible';
import { Button } from '../ui/Button';
import { Dialog, DialogButtons } from '../ui/Dialog';
import { Field, Select, TextArea, Tick } from '../ui/Field';
import { LockIcon } from '../ui/icons';
import { useVaults } from './useVaults';
import { sealRefusal } from './vault';
import type { SealRefusal } from './vault';
import styles from './vault.module.css';

const maxReason = 1000;

interface Props {
  readonly entity: Entity;
  readonly record: AnyRecord;
  readonly onClose: () => void;
}

export function SealDialog({ entity, record, onClose }: Props) {
  const t = useText();
  const run = useDeed();
  const toast = useToast();
  const navigate = useNavigate();
  const client = useQueryClient();
  const warning = useId();
  const vaults = useVaults();
  const open = (vaults.data ?? []).filter((vault) => vault.state === 'open' && vault.is_here);
  const only = open.length === 1 ? String(open[0]?.id) : '';
  const [chosen, setChosen] = useState<string>();
  const vault = chosen ?? only;
  const [reason, setReason] = useState('');
  const [understood, setUnderstood] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<SealRefusal>();
  const seal = async () => {
    setBusy(true);
    setRefusal(undefined);
    try {
      const sealed = await run(() => sendJson<Schemas['Sealed']>('POST', `/${entity.path}/${encodeURIComponent(record.id)}/seal`, { vault: Number(vault), reason: reason.trim() }));
      toast({ text: sealed.wiped ? t.sealDone() : t.sealDoneUnwiped() });
      await navigate({ to: '/vaults/$vault/$path/$id', params: { vault, path: entity.path, id: record.id }, search: {} });
      // Outside there is no such record any more, here neither.
      keep(`draft.${record.id}`, undefined);
      titles.forget([record.id]);
      const kept = keptAs(entity);
      for (const part of ['record', 'history', 'comments', 'relations', 'attachments']) client.removeQueries({ queryKey: [part, kept, record.id] });
      client.removeQueries({ queryKey: ['find'] });
      client.removeQueries({ queryKey: ['pick', entity.name] });
      void client.invalidateQueries({ queryKey: ['records', kept] });
    } catch (error) {
      if (!isCancelled(error)) setRefusal(sealRefusal(t, error) ?? { words: troubleWords(t, error), ways: [] });
    } finally {
      setBusy(false);
    }
  };
  const ready = vault !== '' && reason.trim() !== '' && understood && !busy;
  return (
    <Dialog opened onClose={onClose} title={t.sealTitle({ title: visible(titleOf(entity, record)) })} closeName={t.commonClose()} size="lg">
      <form
        data-part="form"
        className={styles.form}
        aria-describedby={warning}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void seal();
        }}
      >
        <div id={warning} className={styles.warning}>
          <p>
            <LockIcon />
            <b>{t.sealNoWayBack()}</b>
          </p>
          <ul>
            <li>{t.sealWhatMoves()}</li>
            <li>{t.sealWhatGoes()}</li>
            <li>{t.sealWhatStays()}</li>
          </ul>
        </div>
        <Field label={t.sealVault()} needed={t.fieldNeeded()}>
          {(given) => (
            <Select {...given} data-autofocus value={vault} onChange={(event) => setChosen(event.currentTarget.value)}>
              <option value="">{t.sealChoose()}</option>
              {(vaults.data ?? []).map((one) => {
                const title = visible(one.title || t.vaultNumber({ vault: one.id }));
                const reachable = one.state === 'open' && one.is_here;
                return (
                  <option key={one.id} value={String(one.id)} disabled={!reachable}>
                    {reachable ? title : one.is_here ? t.sealVaultClosed({ title }) : `${title} (${t.vaultElsewhere()})`}
                  </option>
                );
              })}
            </Select>
          )}
        </Field>
        <Field label={t.reasonLabel()} needed={t.fieldNeeded()} hint={t.sealReasonHint()}>
          {(given) => <TextArea {...given} rows={2} value={reason} maxLength={maxReason} onChange={(event) => setReason(event.currentTarget.value)} />}
        </Field>
        <Tick checked={understood} onChange={(event) => setUnderstood(event.currentTarget.checked)}>
          {t.sealUnderstood()}
        </Tick>
        {refusal && (
          <div className={styles.problem} role="alert">
            <b>{t.sealRefused()}</b>
            <p>{refusal.words}</p>
            {refusal.ways.length > 0 && (
              <ul>
                {refusal.ways.map((way) => (
                  <li key={way}>{visible(way)}</li>
                ))}
              </ul>
            )}
          </div>
        )}
        <DialogButtons>
          <Button onClick={onClose}>{t.commonCancel()}</Button>
          <Button kind="primary" type="submit" disabled={!ready}>
            {t.sealGo()}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
