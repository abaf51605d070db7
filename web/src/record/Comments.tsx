// What people say about a record; "@" names somebody, who gets a notice.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addComment, commentsOf, newKey } from '../api/records';
import type { AnyRecord } from '../api/records';
import { keptAs } from '../api/schema';
import type { Entity } from '../api/schema';
import { useDeed } from '../app/deeds';
import { Failure, Loading } from '../app/states';
import { Time } from '../alert/parts';
import { useKept } from '../app/kept';
import { useText } from '../i18n/useText';
import { VisibleLines } from '../text/Visible';
import { Button } from '../ui/Button';
import { Field, TextArea } from '../ui/Field';
import { Reference } from './Value';
import { ReferenceInput } from './ValueInput';
import styles from './Parts.module.css';

const maxComment = 20_000;

export function Comments({ entity, record }: { readonly entity: Entity; readonly record: AnyRecord }) {
  const t = useText();
  const comments = useQuery({ queryKey: ['comments', keptAs(entity), record.id], queryFn: ({ signal }) => commentsOf(entity.path, record.id, signal) });
  return (
    <>
      {comments.isPending && <Loading />}
      {comments.isError && <Failure error={comments.error} onRetry={() => void comments.refetch()} />}
      {comments.data?.items.length === 0 && <p className="dim">{t.commentsNone()}</p>}
      <ul className={styles.list}>
        {(comments.data?.items ?? []).map((comment) => (
          <li key={comment.id} className={styles.comment}>
            <p className={styles.by}>
              <b>
                <Reference id={comment.created_by} link={false} />
              </b>
              <span className="dim">
                <Time at={comment.created_at} />
              </span>
            </p>
            <p className={styles.text}>
              <VisibleLines text={comment.text} />
            </p>
            {(comment.mentions ?? []).length > 0 && (
              <p className={styles.mentions}>
                {(comment.mentions ?? []).map((person) => (
                  <span key={person}>
                    @<Reference id={person} target="person" link={false} />
                  </span>
                ))}
              </p>
            )}
          </li>
        ))}
      </ul>
      <NewComment entity={entity} record={record} />
    </>
  );
}

// What is half written survives a reload.
function NewComment({ entity, record }: { readonly entity: Entity; readonly record: AnyRecord }) {
  const t = useText();
  const run = useDeed();
  const client = useQueryClient();
  // Nothing of a vault is left in the browser.
  const inside = entity.vault !== undefined;
  const kept = useKept(`draft.${record.id}`);
  const passing = useState<unknown>();
  const [draft, setDraft] = inside ? passing : kept;
  const text = typeof draft === 'string' ? draft : '';
  const [mentions, setMentions] = useState<readonly string[]>([]);
  const [key, setKey] = useState(newKey);
  const send = useMutation({
    mutationFn: () => run(() => addComment(entity.path, record.id, text.trim(), mentions, key)),
    onSuccess: async () => {
      setDraft(undefined);
      setMentions([]);
      setKey(newKey());
      await client.invalidateQueries({ queryKey: ['comments', keptAs(entity), record.id] });
    },
  });
  return (
    <form data-part="form"
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') send.mutate();
      }}
    >
      <Field label={t.commentsWrite()} fault={send.isError ? t.failOther() : undefined} hint={inside ? t.vaultNoDraft() : t.commentsDraft()}>
        {(given) => <TextArea {...given} rows={3} value={text} maxLength={maxComment} onChange={(event) => setDraft(event.currentTarget.value === '' ? undefined : event.currentTarget.value)} />}
      </Field>
      <div className={styles.mention}>
        {mentions.map((person) => (
          <Button key={person} kind="quiet" aria-label={t.commentsUnmention()} onClick={() => setMentions(mentions.filter((one) => one !== person))}>
            @<Reference id={person} target="person" link={false} /> ×
          </Button>
        ))}
        {!inside && (
          <span className={styles.pick}>
            <ReferenceInput target="person" label={t.commentsMention()} value="" onChange={(person) => person !== '' && !mentions.includes(person) && setMentions([...mentions, person])} />
          </span>
        )}
        <Button kind="primary" type="submit" disabled={text.trim() === '' || send.isPending}>
          {t.commentsSend()}
        </Button>
      </div>
    </form>
  );
}
