import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { getChecklist } from '../account/checklist';
import type { Entity } from '../api/schema';
import { useSchema } from '../api/schema';
import { useText } from '../i18n/useText';
import { entitiesLabel } from '../record/labels';
import { AlertIcon, BuildingIcon, ChecklistIcon, InboxIcon, JobsIcon, Logo, RecordsIcon, RolesIcon, StatusIcon, VaultIcon } from '../ui/icons';
import { useHasVaults } from '../vault/useVaults';
import { useMay, useSession } from './session';
import styles from './Shell.module.css';

// Kinds of records that belong to looking after the system; what a page of its own shows is left out.
const administration: ReadonlySet<string> = new Set(['organisation', 'site', 'custom_field', 'calendar', 'token', 'login']);
const elsewhere: ReadonlySet<string> = new Set(['notice', 'job', 'saved_view', 'comment', 'relation', 'attachment', 'role_setting', 'tag']);

export function groupsOf(entities: readonly Entity[], mayRead: (entity: string) => boolean): { readonly work: readonly Entity[]; readonly administration: readonly Entity[] } {
  const open = entities.filter((entity) => !elsewhere.has(entity.name) && mayRead(entity.name));
  return { work: open.filter((entity) => !administration.has(entity.name)), administration: open.filter((entity) => administration.has(entity.name)) };
}

// Grouped by the work that people do; a group stands here as soon as it has a page.
export function Sidebar() {
  const t = useText();
  const may = useMay();
  const { unread } = useSession();
  const hasVaults = useHasVaults();
  const schema = useSchema();
  const groups = useMemo(() => groupsOf(schema.data?.all ?? [], (entity) => may(`${entity}.read`)), [schema.data, may]);
  const records = (entities: readonly Entity[], icon: React.ReactNode) =>
    entities.map((entity) => (
      <Link key={entity.name} to="/records/$path" params={{ path: entity.path }} search={{}} activeOptions={{ includeSearch: false }}>
        {icon}
        {entitiesLabel(t, entity.name)}
      </Link>
    ));
  return (
    <nav className={styles.nav} aria-label={t.shellNavigation()}>
      <div className={styles.brand}>
        <Logo />
        {t.shellName()}
      </div>
      <Link to="/inbox">
        <InboxIcon />
        {t.navInbox()}
        {unread > 0 && (
          <b className={styles.unread} aria-label={t.inboxUnread({ count: unread })}>
            {unread > 99 ? '99+' : unread}
          </b>
        )}
      </Link>
      <FirstSteps />
      {may('alert.read') && (
        <>
          <h2>{t.navMonitor()}</h2>
          <Link to="/alerts" search={{}} activeOptions={{ exact: false, includeSearch: false }}>
            <AlertIcon />
            {t.navAlerts()}
          </Link>
        </>
      )}
      <h2>{t.navManage()}</h2>
      <Link to="/roles" search={{}} activeOptions={{ exact: false, includeSearch: false }}>
        <RolesIcon />
        {t.navRoles()}
      </Link>
      {hasVaults && (
        <Link to="/vaults" activeOptions={{ exact: false, includeSearch: false }}>
          <VaultIcon />
          {t.vaultTitle()}
        </Link>
      )}
      {groups.work.length > 0 && (
        <>
          <h2>{t.navRecords()}</h2>
          {records(groups.work, <RecordsIcon />)}
        </>
      )}
      <h2>{t.navOperate()}</h2>
      {records(groups.administration, <BuildingIcon />)}
      <Link to="/jobs">
        <JobsIcon />
        {t.navJobs()}
      </Link>
      <Link to="/status">
        <StatusIcon />
        {t.navStatus()}
      </Link>
    </nav>
  );
}

// For those who look after people and accounts, until everything is done.
function FirstSteps() {
  const t = useText();
  const may = useMay();
  const isFor = may('account.manage');
  const steps = useQuery({ queryKey: ['checklist'], queryFn: ({ signal }) => getChecklist(signal), enabled: isFor, staleTime: 60_000, retry: false });
  const left = (steps.data ?? []).filter((step) => !step.done).length;
  if (!isFor || left === 0) return null;
  return (
    <Link to="/checklist">
      <ChecklistIcon />
      {t.todoTitle()}
      <b className={styles.left} aria-label={t.todoLeft({ count: left })}>
        {left}
      </b>
    </Link>
  );
}
