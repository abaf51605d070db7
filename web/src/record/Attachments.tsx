// Files beside a record. They are only ever saved, never shown: what is in them is anybody's.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { addAttachment, attachmentAddress, attachmentsOf } from '../api/records';
import type { AnyRecord } from '../api/records';
import { keptAs } from '../api/schema';
import type { Entity } from '../api/schema';
import { useDeed } from '../app/deeds';
import { useMay } from '../app/session';
import { Failure, Loading } from '../app/states';
import { Time } from '../alert/parts';
import { bytes } from '../i18n/format';
import { useText } from '../i18n/useText';
import { Visible } from '../text/Visible';
import { Button, IconButton } from '../ui/Button';
import { DownloadIcon, UploadIcon } from '../ui/icons';
import { download } from './download';
import { useRecordDeeds } from './useRecordDeeds';
import styles from './Parts.module.css';

export function Attachments({ entity, record }: { readonly entity: Entity; readonly record: AnyRecord }) {
  const t = useText();
  const may = useMay();
  const run = useDeed();
  const client = useQueryClient();
  const deeds = useRecordDeeds(entity);
  const input = useRef<HTMLInputElement>(null);
  const files = useQuery({ queryKey: ['attachments', keptAs(entity), record.id], queryFn: ({ signal }) => attachmentsOf(entity.path, record.id, signal) });
  const add = useMutation({
    mutationFn: (file: File) => run(() => addAttachment(entity.path, record.id, file)),
    onSuccess: () => client.invalidateQueries({ queryKey: ['attachments', keptAs(entity), record.id] }),
    onError: deeds.failed,
  });
  if (files.isPending) return <Loading />;
  if (files.isError) return <Failure error={files.error} onRetry={() => void files.refetch()} />;
  return (
    <>
      {files.data.items.length === 0 && <p className="dim">{t.filesNone()}</p>}
      <ul className={styles.list}>
        {files.data.items.map((file) => (
          <li key={file.id} className={styles.file}>
            <span>
              <b>
                <Visible text={file.name} />
              </b>
              <span className={styles.about}>
                {file.size === undefined ? '' : `${bytes(file.size)} · `}
                <Time at={file.created_at} />
              </span>
              {file.sha256 !== undefined && (
                <span className={[styles.about, 'mono'].join(' ')}>
                  <Visible text={`SHA-256 ${file.sha256}`} />
                </span>
              )}
            </span>
            <IconButton name={t.filesSave()} icon={<DownloadIcon />} onClick={() => download(attachmentAddress(file.id), file.name)} />
          </li>
        ))}
      </ul>
      {may(`${entity.name}.change`, record.organisation) && (
        <>
          <Button icon={<UploadIcon />} disabled={add.isPending} onClick={() => input.current?.click()}>
            {add.isPending ? t.filesSending() : t.filesAdd()}
          </Button>
          <input
            ref={input}
            type="file"
            className="unseen"
            tabIndex={-1}
            aria-label={t.filesAdd()}
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file) add.mutate(file);
              event.currentTarget.value = '';
            }}
          />
        </>
      )}
    </>
  );
}
