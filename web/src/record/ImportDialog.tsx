// A table brought back from Excel: what it would change is shown cell by cell before anything is, rows that cannot be
// taken with the reason where it is.
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { importFile, newKey } from '../api/records';
import type { ImportAnswer, ImportRow } from '../api/records';
import type { Entity } from '../api/schema';
import { isCancelled, useDeed } from '../app/deeds';
import { Failure, Loading } from '../app/states';
import { useToast } from '../app/toasts';
import { useText } from '../i18n/useText';
import { Visible } from '../text/Visible';
import { Button } from '../ui/Button';
import { Dialog, DialogButtons } from '../ui/Dialog';
import { UploadIcon } from '../ui/icons';
import { faultLabel, fieldLabel } from './labels';
import styles from './ImportDialog.module.css';

const maxBytes = 32 * 1024 * 1024;
const shownRows = 300;

interface Props {
  readonly entity: Entity;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function ImportDialog({ entity, onClose, onDone }: Props) {
  const t = useText();
  const run = useDeed();
  const toast = useToast();
  const [file, setFile] = useState<File>();
  const [key, setKey] = useState(newKey);
  const look = useMutation({ mutationFn: (given: File) => importFile(entity.path, given, true, '') });
  const take = useMutation({
    mutationFn: (given: File) => run(() => importFile(entity.path, given, false, key)),
    onSuccess: (answer) => {
      toast({ text: t.importDone({ fresh: answer.counts['new'] ?? 0, changed: answer.counts['change'] ?? 0 }) });
      onDone();
    },
  });
  const choose = (given: File | undefined) => {
    if (!given) return;
    setFile(given);
    setKey(newKey());
    take.reset();
    if (given.size <= maxBytes) look.mutate(given);
  };
  const tooLarge = file !== undefined && file.size > maxBytes;
  const able = look.data ? (look.data.counts['new'] ?? 0) + (look.data.counts['change'] ?? 0) : 0;
  return (
    <Dialog opened onClose={onClose} title={t.importTitle()} closeName={t.commonClose()} size={look.data ? '85%' : 'lg'}>
      <Drop name={file?.name} onFile={choose} />
      {tooLarge && <p role="alert">{t.importTooLarge({ most: maxBytes })}</p>}
      {look.isPending && <Loading />}
      {look.isError && <Failure error={look.error} />}
      {look.data && <PreviewTable entity={entity} answer={look.data} />}
      {take.isError && !isCancelled(take.error) && <Failure error={take.error} />}
      <DialogButtons>
        <Button onClick={onClose}>{t.commonCancel()}</Button>
        <Button kind="primary" disabled={!file || able === 0 || take.isPending} onClick={() => file && take.mutate(file)}>
          {t.importConfirm({ rows: able })}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}

function Drop({ name, onFile }: { readonly name: string | undefined; readonly onFile: (file: File | undefined) => void }) {
  const t = useText();
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  return (
    <div
      className={[styles.drop, over ? styles.over : ''].join(' ')}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFile(event.dataTransfer.files[0]);
      }}
    >
      <p>{name === undefined ? t.importDrop() : <Visible text={name} />}</p>
      <Button icon={<UploadIcon />} onClick={() => input.current?.click()}>
        {t.importChoose()}
      </Button>
      <input ref={input} type="file" accept=".csv,.xlsx" className="unseen" tabIndex={-1} aria-label={t.importChoose()} onChange={(event) => onFile(event.currentTarget.files?.[0])} />
    </div>
  );
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.map(String).join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function PreviewTable({ entity, answer }: { readonly entity: Entity; readonly answer: ImportAnswer }) {
  const t = useText();
  const kinds: Readonly<Record<ImportRow['kind'], string>> = { new: t.importNew(), change: t.importChange(), same: t.importSame(), refused: t.importRefused() };
  const order: readonly ImportRow['kind'][] = ['refused', 'change', 'new', 'same'];
  const rows = [...answer.rows].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)).slice(0, shownRows);
  return (
    <>
      <p className={styles.counts}>
        {order.map((kind) => (
          <span key={kind} className={styles[kind]}>
            {kinds[kind]} <b className="num">{answer.counts[kind] ?? 0}</b>
          </span>
        ))}
      </p>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={t.importPreview()}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.importRow()}</th>
              <th scope="col">{t.importKind()}</th>
              {answer.columns.map((column) => (
                <th key={column} scope="col">
                  {fieldLabel(t, entity.name, column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={String(row.place)}>
                <th scope="row" className="num">
                  {row.place}
                </th>
                <td className={styles[row.kind]}>
                  {kinds[row.kind]}
                  <Faults row={row} field="" />
                </td>
                {answer.columns.map((column) => (
                  <ImportCell key={column} row={row} column={column} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {answer.rows.length > rows.length && <p className="dim">{t.facetsMore({ others: answer.rows.length - rows.length })}</p>}
    </>
  );
}

function Faults({ row, field }: { readonly row: ImportRow; readonly field: string }) {
  const t = useText();
  const faults = (row.faults ?? []).filter((fault) => fault.field === field);
  if (faults.length === 0) return null;
  return <span className={styles.fault}>{faults.map((fault) => faultLabel(t, fault.code, fault.detail)).join(' / ')}</span>;
}

function ImportCell({ row, column }: { readonly row: ImportRow; readonly column: string }) {
  const change = row.changes?.[column];
  const faulty = (row.faults ?? []).some((fault) => fault.field === column);
  return (
    <td className={faulty ? styles.faulty : ''}>
      {change && (
        <>
          {cellText(change[0]) !== '' && (
            <del>
              <Visible text={cellText(change[0]).slice(0, 300)} />
            </del>
          )}{' '}
          <ins>
            <Visible text={cellText(change[1]).slice(0, 300)} />
          </ins>
        </>
      )}
      <Faults row={row} field={column} />
    </td>
  );
}
