// A table brought back from Excel: what it would change is shown cell by cell before anything is, rows that cannot be
// taken with the reason where it is.
import { useMutation } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { importFile, newKey } from '../api/records';
import type { ImportAnswer, ImportRow } from '../api/records';
import type { Entity } from '../api/schema';
import { isCancelled, useDeed } from '../app/deeds';
import { usePreferences } from '../app/preferences';
import { Failure, Loading } from '../app/states';
import { useToast } from '../app/toasts';
import { zoneOffsetMs } from '../i18n/time';
import { useText } from '../i18n/useText';
import { Visible } from '../text/Visible';
import { Button } from '../ui/Button';
import { Dialog, DialogButtons } from '../ui/Dialog';
import { UploadIcon } from '../ui/icons';
import { columnsOf, faultsOf, isTaken } from './imported';
import { textAt } from './labels';
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
  const offset = zoneOffsetMs(usePreferences().zone) / 60_000;
  const [file, setFile] = useState<File>();
  const [key, setKey] = useState(newKey);
  const [skipped, setSkipped] = useState<ReadonlySet<number>>(new Set());
  const look = useMutation({ mutationFn: (given: File) => importFile(entity.path, given, true, offset, [], '') });
  const take = useMutation({
    mutationFn: (given: File) => run(() => importFile(entity.path, given, false, offset, [...skipped], key)),
    onSuccess: (answer) => {
      toast({ text: t.importDone({ fresh: answer.counts.new, changed: answer.counts.change }) });
      onDone();
    },
  });
  const choose = (given: File | undefined) => {
    if (!given) return;
    setFile(given);
    setKey(newKey());
    setSkipped(new Set());
    take.reset();
    if (given.size <= maxBytes) look.mutate(given);
  };
  const tooLarge = file !== undefined && file.size > maxBytes;
  const able = look.data?.rows.filter((row) => isTaken(row) && !skipped.has(row.place)).length ?? 0;
  const skip = (place: number, left: boolean) => {
    setSkipped((now) => new Set(left ? [...now, place] : [...now].filter((one) => one !== place)));
  };
  return (
    <Dialog opened onClose={onClose} title={t.importTitle()} closeName={t.commonClose()} size={look.data ? '85%' : 'lg'}>
      <Drop name={file?.name} onFile={choose} />
      {tooLarge && <p role="alert">{t.importTooLarge({ most: maxBytes })}</p>}
      {look.isPending && <Loading />}
      {look.isError && <Failure error={look.error} />}
      {look.data && <PreviewTable entity={entity} answer={look.data} skipped={skipped} onSkip={skip} />}
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

interface PreviewProps {
  readonly entity: Entity;
  readonly answer: ImportAnswer;
  readonly skipped: ReadonlySet<number>;
  readonly onSkip: (place: number, left: boolean) => void;
}

function PreviewTable({ entity, answer, skipped, onSkip }: PreviewProps) {
  const t = useText();
  const kinds: Readonly<Record<ImportRow['kind'], string>> = { new: t.importNew(), change: t.importChange(), refused: t.importRefused() };
  const order: readonly ImportRow['kind'][] = ['refused', 'change', 'new'];
  const rows = [...answer.rows].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)).slice(0, shownRows);
  const columns = useMemo(() => columnsOf(answer), [answer]);
  return (
    <>
      <Counts answer={answer} kinds={kinds} />
      <Remarks answer={answer} />
      {rows.length > 0 && (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label={t.importPreview()}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t.importTake()}</th>
                <th scope="col">{t.importRow()}</th>
                <th scope="col">{t.importKind()}</th>
                {columns.map((column) => (
                  <th key={column.key} scope="col">
                    <Visible text={column.title} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.place} className={skipped.has(row.place) ? styles.skipped : ''}>
                  <td>
                    <input
                      type="checkbox"
                      aria-label={t.importTakeRow({ row: row.place })}
                      disabled={!isTaken(row)}
                      checked={isTaken(row) && !skipped.has(row.place)}
                      onChange={(event) => onSkip(row.place, !event.currentTarget.checked)}
                    />
                  </td>
                  <th scope="row" className="num">
                    {row.place}
                  </th>
                  <td className={styles[row.kind]}>
                    {kinds[row.kind]}
                    <Faults entity={entity} row={row} field="" shown={columns.map((column) => column.key)} />
                  </td>
                  {columns.map((column) => (
                    <ImportCell key={column.key} entity={entity} row={row} column={column.key} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {answer.rows.length > rows.length && <p className="dim">{t.facetsMore({ others: answer.rows.length - rows.length })}</p>}
    </>
  );
}

function Counts({ answer, kinds }: { readonly answer: ImportAnswer; readonly kinds: Readonly<Record<ImportRow['kind'], string>> }) {
  const t = useText();
  return (
    <p className={styles.counts}>
      {(['refused', 'change', 'new'] as const).map((kind) => (
        <span key={kind} className={styles[kind]}>
          {kinds[kind]} <b className="num">{answer.counts[kind]}</b>
        </span>
      ))}
      <span className={styles.same}>
        {t.importSame()} <b className="num">{answer.counts.same}</b>
      </span>
    </p>
  );
}

// What is to be known about the whole file before it is taken.
function Remarks({ answer }: { readonly answer: ImportAnswer }) {
  const t = useText();
  const unknown = answer.columns.filter((column) => !column.known);
  return (
    <ul className={styles.remarks}>
      {unknown.length > 0 && (
        <li>
          {t.importUnknownColumns()} <Visible text={unknown.map((column) => column.title).join(', ').slice(0, 300)} />
        </li>
      )}
      {answer.troubles.map((trouble) => (
        <li key={`${trouble.place} ${trouble.code}`}>
          {textAt(t, `sheet.trouble.${trouble.code}`) ?? trouble.code} ({trouble.place} <Visible text={trouble.text.slice(0, 100)} />)
        </li>
      ))}
      {answer.counts.missing > 0 && <li>{t.importMissing({ rows: answer.counts.missing })}</li>}
    </ul>
  );
}

function Faults({ entity, row, field, shown }: { readonly entity: Entity; readonly row: ImportRow; readonly field: string; readonly shown: readonly string[] }) {
  const t = useText();
  const faults = faultsOf(t, entity.name, row, field, shown);
  if (faults.length === 0) return null;
  return <span className={styles.fault}>{faults.join(' / ')}</span>;
}

function ImportCell({ entity, row, column }: { readonly entity: Entity; readonly row: ImportRow; readonly column: string }) {
  const t = useText();
  const [before = '', after = ''] = row.changes[column] ?? [];
  const isChanged = row.changes[column] !== undefined;
  const faulty = row.faults.some((fault) => fault.field === column) || row.troubles.some((trouble) => trouble.field === column);
  const suspicions = row.suspicions.filter((suspicion) => suspicion.field === column);
  return (
    <td className={faulty ? styles.faulty : ''}>
      {isChanged && (
        <>
          {before !== '' && (
            <del>
              <Visible text={before.slice(0, 300)} />
            </del>
          )}{' '}
          <ins>
            <Visible text={after.slice(0, 300)} />
          </ins>
        </>
      )}
      <Faults entity={entity} row={row} field={column} shown={[]} />
      {suspicions.map((suspicion) => (
        <span key={suspicion.code} className={styles.suspicion}>
          {textAt(t, `sheet.suspicion.${suspicion.code}`) ?? suspicion.code}
        </span>
      ))}
    </td>
  );
}
