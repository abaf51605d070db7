import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { AlertsPage } from '../alerts/AlertsPage';
import { parseAlertSearch } from '../alerts/filter';
import { parseRecordSearch } from '../record/filter';
import { parseBoardSearch, parseRoleSearch } from '../roles/roles';
import { LoginPage } from '../login/LoginPage';
import { Home } from './Home';
import { Shell } from './Shell';
import { NotFound } from './NotFound';
import { parseSearch, stringifySearch } from './search';

const root = createRootRoute({ notFoundComponent: NotFound });
const login = createRoute({ getParentRoute: () => root, path: '/login', component: LoginPage });
const setup = createRoute({ getParentRoute: () => root, path: '/setup', component: lazyRouteComponent(() => import('../login/SetupPage'), 'SetupPage') });
const invitation = createRoute({ getParentRoute: () => root, path: '/invitation', component: lazyRouteComponent(() => import('../login/InvitationPage'), 'InvitationPage') });
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });
const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: Home,
});
const alerts = createRoute({
  getParentRoute: () => shell,
  path: '/alerts',
  component: AlertsPage,
  validateSearch: parseAlertSearch,
});
const alert = createRoute({
  getParentRoute: () => shell,
  path: '/alerts/$id',
  component: lazyRouteComponent(() => import('../alert/AlertPage'), 'AlertPage'),
  validateSearch: (search: Record<string, unknown>): { finding?: string } =>
    typeof search['finding'] === 'string' ? { finding: search['finding'] } : {},
});
const status = createRoute({
  getParentRoute: () => shell,
  path: '/status',
  component: lazyRouteComponent(() => import('../status/StatusPage'), 'StatusPage'),
});

function parsePageSearch(search: Record<string, unknown>): { tab?: string; as_of?: string } {
  return {
    ...(typeof search['tab'] === 'string' ? { tab: search['tab'] } : {}),
    ...(typeof search['as_of'] === 'string' && !Number.isNaN(Date.parse(search['as_of'])) ? { as_of: search['as_of'] } : {}),
  };
}

const recordsIndex = createRoute({
  getParentRoute: () => shell,
  path: '/records',
  component: lazyRouteComponent(() => import('../record/RecordsIndex'), 'RecordsIndex'),
});
const records = createRoute({
  getParentRoute: () => shell,
  path: '/records/$path',
  component: lazyRouteComponent(() => import('../record/RecordsPage'), 'RecordsPage'),
  validateSearch: parseRecordSearch,
});
const record = createRoute({
  getParentRoute: () => shell,
  path: '/records/$path/$id',
  component: lazyRouteComponent(() => import('../record/RecordPage'), 'RecordPage'),
  validateSearch: parsePageSearch,
});
const roles = createRoute({
  getParentRoute: () => shell,
  path: '/roles',
  component: lazyRouteComponent(() => import('../roles/RoleBoard'), 'RoleBoard'),
  validateSearch: parseBoardSearch,
});
const role = createRoute({
  getParentRoute: () => shell,
  path: '/roles/$code',
  component: lazyRouteComponent(() => import('../roles/RolePage'), 'RolePage'),
  validateSearch: parseRoleSearch,
});
const vaults = createRoute({
  getParentRoute: () => shell,
  path: '/vaults',
  component: lazyRouteComponent(() => import('../vault/VaultsPage'), 'VaultsPage'),
});
const vault = createRoute({
  getParentRoute: () => shell,
  path: '/vaults/$vault',
  component: lazyRouteComponent(() => import('../vault/VaultFrame'), 'VaultFrame'),
});
const vaultPage = createRoute({
  getParentRoute: () => vault,
  path: '/',
  component: lazyRouteComponent(() => import('../vault/VaultPage'), 'VaultPage'),
  validateSearch: (search: Record<string, unknown>): { tab?: string } => (typeof search['tab'] === 'string' ? { tab: search['tab'] } : {}),
});
const vaultRecords = createRoute({
  getParentRoute: () => vault,
  path: '/$path',
  component: lazyRouteComponent(() => import('../vault/VaultRecords'), 'VaultRecords'),
  validateSearch: parseRecordSearch,
});
const vaultRecord = createRoute({
  getParentRoute: () => vault,
  path: '/$path/$id',
  component: lazyRouteComponent(() => import('../vault/VaultRecords'), 'VaultRecord'),
  validateSearch: parsePageSearch,
});
const inbox = createRoute({
  getParentRoute: () => shell,
  path: '/inbox',
  component: lazyRouteComponent(() => import('../inbox/InboxPage'), 'InboxPage'),
});
const jobs = createRoute({
  getParentRoute: () => shell,
  path: '/jobs',
  component: lazyRouteComponent(() => import('../jobs/JobsPage'), 'JobsPage'),
});

const account = createRoute({
  getParentRoute: () => shell,
  path: '/account',
  component: lazyRouteComponent(() => import('../account/AccountPage'), 'AccountPage'),
});
const checklist = createRoute({
  getParentRoute: () => shell,
  path: '/checklist',
  component: lazyRouteComponent(() => import('../account/ChecklistPage'), 'ChecklistPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([login, setup, invitation, shell.addChildren([home, alerts, alert, status, recordsIndex, records, record, roles, role, vaults, vault.addChildren([vaultPage, vaultRecords, vaultRecord]), inbox, jobs, account, checklist])]),
  parseSearch,
  stringifySearch,
  defaultPreload: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
