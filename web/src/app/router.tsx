import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { AlertsPage } from '../alerts/AlertsPage';
import { parseAlertSearch } from '../alerts/filter';
import { LoginPage } from '../login/LoginPage';
import { Shell } from './Shell';
import { NotFound } from './NotFound';
import { parseSearch, stringifySearch } from './search';

const root = createRootRoute({ notFoundComponent: NotFound });
const login = createRoute({ getParentRoute: () => root, path: '/login', component: LoginPage });
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });
const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/alerts', search: {} });
  },
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

export const router = createRouter({
  routeTree: root.addChildren([login, shell.addChildren([home, alerts, alert, status])]),
  parseSearch,
  stringifySearch,
  defaultPreload: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
