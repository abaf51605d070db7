// The roles of the security organisation: who carries each, how well, and what the program does for it.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { usePreferences } from '../app/preferences';
import { organisationName, useOrganisation } from '../app/session';
import { Failure, Loading, Note } from '../app/states';
import { useTitle } from '../app/useTitle';
import { shortDay, shortTime } from '../i18n/time';
import { useText } from '../i18n/useText';
import { Visible, visibleTitle } from '../text/Visible';
import { Button } from '../ui/Button';
import { Input, Select } from '../ui/Field';
import { Holders, MaturityBars, SourcingChip, StateMark, measureText, nameIn, sourcingName, stateNameOf } from './parts';
import { catalogues, categoryOf, deputies, getBoard, isCarried, mainHolders, matches, parseRoleSearch, roleStates, sourcings } from './roles';
import type { Board, BoardSearch, Catalogue, RoleRow, RoleState, Sourcing } from './roles';
import styles from './RoleBoard.module.css';

const route = getRouteApi('/shell/roles');

export function RoleBoard() {
  const t = useText();
  useTitle(t.navRoles());
  const { language } = usePreferences();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const organisation = useOrganisation();
  const catalogue: Catalogue = search.catalogue ?? catalogues[0];
  const board = useQuery({
    queryKey: ['roles', catalogue, organisation?.key ?? 0],
    queryFn: ({ signal }) => getBoard(catalogue, organisation?.key, signal),
    placeholderData: keepPreviousData,
  });
  const set = (part: Partial<Record<keyof BoardSearch, string | undefined>>) =>
    void navigate({ search: (known) => Object.fromEntries(Object.entries({ ...known, ...part }).filter(([, value]) => value !== undefined && value !== '')) as BoardSearch, replace: true });
  const filter = useMemo(() => ({ q: search.q ?? '', sourcing: search.sourcing, state: search.state }), [search]);
  const shown = useMemo(() => (board.data?.roles ?? []).filter((role) => matches(role, filter)), [board.data, filter]);
  const all = board.data?.roles ?? [];
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{t.navRoles()}</h1>
        <p className="dim">{organisation ? <Visible text={organisationName(organisation, language)} /> : t.rolesAllCompanies()}</p>
        <span className={styles.space} />
        {board.data && (
          <p className={styles.sum}>
            <b className="num">{t.rolesSum({ carried: all.filter(isCarried).length, all: all.length })}</b> <span className="dim">{t.rolesCarried()}</span>
          </p>
        )}
      </header>
      <div className={styles.tools} role="search">
        <Input type="search" value={search.q ?? ''} maxLength={200} placeholder={t.rolesSearch()} aria-label={t.rolesSearch()} onChange={(event) => set({ q: event.currentTarget.value })} />
        <Select value={search.sourcing ?? ''} aria-label={t.rolesSourcing()} onChange={(event) => set({ sourcing: event.currentTarget.value })}>
          <option value="">{t.rolesAnySourcing()}</option>
          {sourcings.map((one: Sourcing) => (
            <option key={one} value={one}>
              {sourcingName(t, one)}
            </option>
          ))}
        </Select>
        <Select value={search.state ?? ''} aria-label={t.rolesState()} onChange={(event) => set({ state: event.currentTarget.value })}>
          <option value="">{t.rolesAnyState()}</option>
          {roleStates.map((one: RoleState) => (
            <option key={one} value={one}>
              {stateNameOf(t, one)}
            </option>
          ))}
        </Select>
        <Select value={catalogue} aria-label={t.rolesCatalogue()} onChange={(event) => set({ catalogue: event.currentTarget.value === catalogues[0] ? undefined : event.currentTarget.value })}>
          <option value="isog-j-2018">{t.rolesIsogj()}</option>
          <option value="itu-t-x1060">{t.rolesX1060()}</option>
        </Select>
        <div className={styles.views} role="group" aria-label={t.rolesView()}>
          <Button aria-pressed={search.view !== 'list'} onClick={() => set({ view: undefined })}>
            {t.rolesCards()}
          </Button>
          <Button aria-pressed={search.view === 'list'} onClick={() => set({ view: 'list' })}>
            {t.rolesList()}
          </Button>
        </div>
      </div>
      {board.isPending && <Loading />}
      {board.isError && <Failure error={board.error} onRetry={() => void board.refetch()} />}
      {board.data && shown.length === 0 && (
        <Note title={t.rolesNone()}>
          <Button onClick={() => set({ q: undefined, sourcing: undefined, state: undefined })}>{t.alertsClear()}</Button>
        </Note>
      )}
      {board.data && shown.length > 0 && (search.view === 'list' ? <RoleTable roles={shown} catalogue={catalogue} /> : <Cards board={board.data} roles={shown} catalogue={catalogue} />)}
    </div>
  );
}

function Cards({ board, roles, catalogue }: { readonly board: Board; readonly roles: readonly RoleRow[]; readonly catalogue: Catalogue }) {
  const { language } = usePreferences();
  return (
    <div className={styles.board}>
      {board.categories.map((category) => {
        const own = roles.filter((role) => categoryOf(role) === category.code);
        if (own.length === 0) return null;
        return (
          <section key={category.code} className={styles.category} aria-labelledby={`category-${category.code}`}>
            <h2 id={`category-${category.code}`}>
              <b>{category.code}</b>
              {nameIn(category.name, language)}
            </h2>
            <ul>
              {own.map((role) => (
                <li key={role.code}>
                  <RoleCard role={role} catalogue={catalogue} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}

function RoleCard({ role, catalogue }: { readonly role: RoleRow; readonly catalogue: Catalogue }) {
  const t = useText();
  const { language, zone } = usePreferences();
  const name = nameIn(role.name, language);
  const second = deputies(role);
  const measure = role.measures.find((one) => one.value !== null) ?? role.measures[0];
  return (
    <Link to="/roles/$code" params={{ code: role.code }} search={parseRoleSearch({ catalogue })} className={styles.card ?? ''} data-testid="role-card">
      <span className={styles.row}>
        <span className="mono">{role.code}</span>
        <span className={styles.name} title={visibleTitle(name)}>
          <Visible text={name} />
        </span>
        <SourcingChip sourcing={role.sourcing} />
        <MaturityBars maturity={role.maturity} />
      </span>
      <span className={styles.people}>
        <span className={styles.cut}>
          <Holders holders={mainHolders(role)} />
        </span>
        {second.length > 0 && (
          <span className={styles.cut}>
            {t.roleDeputyShort()} <Holders holders={second} most={1} />
          </span>
        )}
        <StateMark state={role.state} />
      </span>
      <span className={styles.facts}>
        {role.open_work !== null && role.open_work !== undefined && <span className={styles.fixed}>{t.roleOpenWork({ count: role.open_work })}</span>}
        {role.last_activity && <span className={styles.fixed}>{t.roleLast({ day: shortDay(role.last_activity, { language, zone }), zone })}</span>}
        {measure && (
          <span className={styles.cut} title={visibleTitle(nameIn(measure.name, language))}>
            <Visible text={nameIn(measure.name, language)} /> <b className="num">{measureText(t, language, measure)}</b>
          </span>
        )}
      </span>
    </Link>
  );
}

function RoleTable({ roles, catalogue }: { readonly roles: readonly RoleRow[]; readonly catalogue: Catalogue }) {
  const t = useText();
  const { language, zone } = usePreferences();
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={t.navRoles()}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t.roleCode()}</th>
            <th scope="col">{t.roleName()}</th>
            <th scope="col">{t.rolesSourcing()}</th>
            <th scope="col">{t.roleHolder()}</th>
            <th scope="col">{t.roleDeputy()}</th>
            <th scope="col">{t.roleMaturity()}</th>
            <th scope="col" className={styles.number}>
              {t.roleOpen()}
            </th>
            <th scope="col">{t.roleLastColumn({ zone })}</th>
            <th scope="col">{t.rolesState()}</th>
          </tr>
        </thead>
        <tbody>
          {roles.map((role) => (
            <tr key={role.code}>
              <td className="mono">{role.code}</td>
              <th scope="row">
                <Link to="/roles/$code" params={{ code: role.code }} search={parseRoleSearch({ catalogue })}>
                  <Visible text={nameIn(role.name, language)} />
                </Link>
              </th>
              <td>
                <SourcingChip sourcing={role.sourcing} />
              </td>
              <td>
                <Holders holders={mainHolders(role)} />
              </td>
              <td>
                <Holders holders={deputies(role)} />
              </td>
              <td>
                <MaturityBars maturity={role.maturity} />
              </td>
              <td className={styles.number}>{role.open_work ?? '–'}</td>
              <td className="num">{role.last_activity ? shortTime(role.last_activity, { language, zone }) : '–'}</td>
              <td>
                <StateMark state={role.state} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
