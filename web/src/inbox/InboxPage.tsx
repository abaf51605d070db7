// What concerns this person: mentions, work given to them, approvals asked of them. Each says why it came.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { getJson } from '../api/client';
import { act, newKey } from '../api/records';
import type { AnyRecord } from '../api/records';
import { useSchema } from '../api/schema';
import { Failure, Loading, Note } from '../app/states';
import { useTitle } from '../app/useTitle';
import { usePreferences } from '../app/preferences';
import { shortTime } from '../i18n/time';
import { useText } from '../i18n/useText';
import { useRecordDeeds } from '../record/useRecordDeeds';
import type { Entity } from '../api/schema';
import { Visible, VisibleLines } from '../text/Visible';
import { Button } from '../ui/Button';
import { CheckIcon } from '../ui/icons';
import { entityLabel } from '../record/labels';
import styles from './InboxPage.module.css';

const text = (record: AnyRecord, member: string): string => {
  const value = record[member];
  return typeof value === 'string' ? value : '';
};

export const isUnread = (notice: AnyRecord): boolean => text(notice, 'read_at') === '';

export function InboxPage() {
  const t = useText();
  useTitle(t.navInbox());
  const schema = useSchema();
  const { zone } = usePreferences();
  const inbox = useQuery({ queryKey: ['inbox'], queryFn: ({ signal }) => getJson<{ items: readonly AnyRecord[] }>('/inbox', signal) });
  if (inbox.isPending || schema.isPending) return <Loading />;
  if (inbox.isError) return <Failure error={inbox.error} onRetry={() => void inbox.refetch()} />;
  const entity = schema.data?.named('notice');
  const { items } = inbox.data;
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{t.navInbox()}</h1>
        <span className="dim">{t.inboxUnread({ count: items.filter(isUnread).length })}</span>
        <span className={styles.space} />
        <span className="dim">{t.inboxZone({ zone })}</span>
        {entity && items.some(isUnread) && <ReadAll entity={entity} notices={items.filter(isUnread)} />}
      </header>
      {items.length === 0 ? (
        <Note title={t.inboxEmpty()}>
          <p>{t.inboxEmptyAdvice()}</p>
        </Note>
      ) : (
        <ul className={styles.list}>
          {items.map((notice) => (
            <Notice key={notice.id} notice={notice} entity={entity} />
          ))}
        </ul>
      )}
    </div>
  );
}

function useRead(entity: Entity) {
  const client = useQueryClient();
  const deeds = useRecordDeeds(entity);
  const action = entity.actions?.find((one) => one.name === 'mark_read' || one.name === 'read')?.name ?? 'read';
  return (notices: readonly AnyRecord[]) => {
    Promise.all(notices.map((notice) => act(entity.path, notice.id, action, {}, newKey())))
      .catch(deeds.failed)
      .finally(() => {
        void client.invalidateQueries({ queryKey: ['inbox'] });
        void client.invalidateQueries({ queryKey: ['session'] });
      });
  };
}

function ReadAll({ entity, notices }: { readonly entity: Entity; readonly notices: readonly AnyRecord[] }) {
  const t = useText();
  const read = useRead(entity);
  return (
    <Button icon={<CheckIcon />} onClick={() => read(notices.slice(0, 100))}>
      {t.inboxReadAll()}
    </Button>
  );
}

function Notice({ notice, entity }: { readonly notice: AnyRecord; readonly entity: Entity | undefined }) {
  const t = useText();
  const schema = useSchema();
  const { language, zone } = usePreferences();
  const about = schema.data?.named(text(notice, 'about_entity'));
  const id = text(notice, 'about');
  const subject = <Visible text={text(notice, 'subject') || text(notice, 'kind')} />;
  return (
    <li className={[styles.notice, isUnread(notice) ? styles.unread : ''].join(' ')}>
      <span className={styles.dot} role={isUnread(notice) ? 'img' : undefined} aria-label={isUnread(notice) ? t.inboxNew() : undefined} />
      <span>
        <span className={styles.subject}>
          {about && id !== '' ? (
            <Link to="/records/$path/$id" params={{ path: about.path, id }} search={{}}>
              {subject}
            </Link>
          ) : (
            subject
          )}
        </span>
        {text(notice, 'excerpt') !== '' && (
          <span className={styles.excerpt}>
            <VisibleLines text={text(notice, 'excerpt')} />
          </span>
        )}
        <span className={styles.why}>
          {noticeKind(text(notice, 'kind'), t)}
          {about ? ` · ${entityLabel(t, about.name)}` : ''}
        </span>
      </span>
      <span className={['num', styles.when].join(' ')}>{shortTime(notice.created_at ?? '', { language, zone })}</span>
      {entity && isUnread(notice) ? <ReadOne entity={entity} notice={notice} /> : <span />}
    </li>
  );
}

function ReadOne({ entity, notice }: { readonly entity: Entity; readonly notice: AnyRecord }) {
  const t = useText();
  const read = useRead(entity);
  return (
    <Button kind="quiet" icon={<CheckIcon />} onClick={() => read([notice])}>
      {t.inboxRead()}
    </Button>
  );
}

// Why it came.
function noticeKind(kind: string, t: ReturnType<typeof useText>): string {
  const names: Readonly<Record<string, string>> = { mention: t.noticeMention(), assignment: t.noticeAssignment(), approval: t.noticeApproval(), job: t.noticeJob() };
  return Object.hasOwn(names, kind) ? (names[kind] ?? kind) : kind.replaceAll('_', ' ');
}
