// One role: what it is for, what it works on, who carries it, how it is measured, and what the program has for it.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { deleteRecord, getRecord } from '../api/records';
import type { Names } from '../api/client';
import { useSchema } from '../api/schema';
import { isCancelled, useDeed } from '../app/deeds';
import { usePreferences } from '../app/preferences';
import { organisationName, useMay, useOrganisation } from '../app/session';
import { Failure, Loading } from '../app/states';
import { useToast } from '../app/toasts';
import { useTitle } from '../app/useTitle';
import { shortTime } from '../i18n/time';
import { useText } from '../i18n/useText';
import { entitiesLabel } from '../record/labels';
import { Visible } from '../text/Visible';
import { Button, IconButton } from '../ui/Button';
import { PlusIcon, TrashIcon } from '../ui/icons';
import { AssignDialog, MaturityDialog } from './AssignDialog';
import { MaturityBars, SourcingChip, StateMark, maturityText, measureText, nameIn, sourcingName } from './parts';
import { catalogues, getRole, parseRoleSearch, setRole } from './roles';
import type { Holder, RoleDetail } from './roles';
import styles from './RolePage.module.css';

const route = getRouteApi('/shell/roles/$code');

export function RolePage() {
  const t = useText();
  const { code } = route.useParams();
  const { language } = usePreferences();
  const organisation = useOrganisation();
  const catalogue = route.useSearch().catalogue ?? catalogues[0];
  const role = useQuery({ queryKey: ['roles', 'one', catalogue, code, organisation?.key ?? 0], queryFn: ({ signal }) => getRole(code, catalogue, organisation?.key, signal) });
  useTitle(role.data ? `${code} ${nameIn(role.data.name, language)}` : t.navRoles());
  if (role.isPending) return <Loading />;
  if (role.isError) return <Failure error={role.error} onRetry={() => void role.refetch()} />;
  return <Role role={role.data} isRole={catalogue === catalogues[0]} />;
}

function Card({ title, children, tools }: { readonly title: string; readonly children: ReactNode; readonly tools?: ReactNode }) {
  return (
    <section className={styles.card}>
      <h2>
        {title}
        <span className={styles.space} />
        {tools}
      </h2>
      {children}
    </section>
  );
}

function Role({ role, isRole }: { readonly role: RoleDetail; readonly isRole: boolean }) {
  const t = useText();
  const { language, zone } = usePreferences();
  const may = useMay();
  const run = useDeed();
  const toast = useToast();
  const client = useQueryClient();
  const organisation = useOrganisation();
  const [dialog, setDialog] = useState<'assign' | 'maturity'>();
  const name = nameIn(role.name, language);
  const mayRate = isRole && (may('role_setting.change', organisation?.key) || may('role_setting.create', organisation?.key));
  const words = (names: Names | undefined) => <Visible text={nameIn(names, language)} />;
  return (
    <article className={styles.page}>
      <Link to="/roles" search={isRole ? {} : parseRoleSearch({ catalogue: catalogues[1] })} className={styles.back ?? ''}>
        {t.roleBack()}
      </Link>
      <header className={styles.head}>
        <span className={styles.code}>{role.code}</span>
        <h1>
          <Visible text={name} />
        </h1>
        <SourcingChip sourcing={role.sourcing} />
        <StateMark state={role.state} />
        <span className={styles.space} />
        <span className="dim">{organisation ? <Visible text={organisationName(organisation, language)} /> : t.rolesAllCompanies()}</span>
      </header>
      <p className={styles.aim}>{words(role.aim)}</p>
      {role.state === 'planned' && (
        <p className={styles.planned} role="note">
          {t.rolePlannedNote()}
        </p>
      )}
      {role.state === 'partial' && (
        <p className={styles.planned} role="note">
          {t.rolePartialNote()}
        </p>
      )}
      <div className={styles.columns}>
        <div>
          {role.work && (
            <Card title={t.roleWork()}>
              <dl className={styles.facts}>
                <div>
                  <dt>{t.roleWorkIn()}</dt>
                  <dd>{words(role.work.in)}</dd>
                </div>
                <div>
                  <dt>{t.roleWorkDoes()}</dt>
                  <dd>{words(role.work.does)}</dd>
                </div>
                <div>
                  <dt>{t.roleWorkOut()}</dt>
                  <dd>{words(role.work.out)}</dd>
                </div>
                <div>
                  <dt>{t.roleWorkReader()}</dt>
                  <dd>{words(role.work.reader)}</dd>
                </div>
              </dl>
            </Card>
          )}
          {role.parts && (
            <Card title={t.roleParts()}>
              <ul className={styles.people}>
                {role.parts.map((part) => (
                  <li key={part.code}>
                    <Link to="/roles/$code" params={{ code: part.code }} search={{}}>
                      {part.code} {words(part.name)}
                    </Link>
                    <SourcingChip sourcing={part.sourcing} />
                    <MaturityBars maturity={part.maturity} />
                  </li>
                ))}
              </ul>
            </Card>
          )}
          <People role={role} isRole={isRole} onAssign={() => setDialog('assign')} />
          <Card title={t.roleMeasures()}>
            {role.measures.length === 0 ? (
              <p className="dim">{t.roleNothing()}</p>
            ) : (
              <ul className={styles.measures}>
                {role.measures.map((measure) => (
                  <li key={measure.key}>
                    <span>
                      <b>{words(measure.name)}</b>
                      <span className={styles.definition}>{words(measure.definition)}</span>
                    </span>
                    <span className={measure.value === null ? styles.none : styles.value}>
                      {measureText(t, language, measure)}
                      <span className={styles.definition}>{measure.good === 'down' ? t.measureDown() : t.measureUp()}</span>
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </Card>
        </div>
        <div>
          <Card title={t.roleMaturity()} tools={mayRate && <Button onClick={() => setDialog('maturity')}>{t.maturitySet()}</Button>}>
            <p className={styles.maturity}>
              <MaturityBars maturity={role.maturity} />
              <span>{maturityText(t, role.maturity)}</span>
            </p>
            <dl className={styles.facts}>
              <div>
                <dt>{t.roleArea()}</dt>
                <dd>{role.area || '–'}</dd>
              </div>
              <div>
                <dt>{t.roleOpen()}</dt>
                <dd className="num">{role.open_work ?? '–'}</dd>
              </div>
              <div>
                <dt>{t.roleLastColumn({ zone })}</dt>
                <dd className="num">{role.last_activity ? shortTime(role.last_activity, { language, zone }) : '–'}</dd>
              </div>
            </dl>
          </Card>
          <Card title={t.roleScreens()}>
            <Screens role={role} />
          </Card>
          <Card title={t.roleProcedures()}>
            <Words words={(role.procedures ?? []).map((one) => (typeof one === 'string' ? one : nameIn(one, language)))} />
          </Card>
          <Card title={t.roleFlows()}>
            <dl className={styles.facts}>
              <div>
                <dt>{t.roleFedBy()}</dt>
                <dd>
                  <Codes codes={role.fed_by ?? []} />
                </dd>
              </div>
              <div>
                <dt>{t.roleFeeds()}</dt>
                <dd>
                  <Codes codes={role.feeds ?? []} />
                </dd>
              </div>
            </dl>
          </Card>
          <Card title={t.roleSkills()}>
            <Words words={(role.skills ?? []).map((one) => nameIn(one, language))} />
          </Card>
          <Card title={t.rolePermissions()}>
            <details>
              <summary>{t.rolePermissionsCount({ count: (role.permissions ?? []).length })}</summary>
              <Words words={(role.permissions ?? []).map((one) => (typeof one === 'string' ? one : nameIn(one.label, language) || one.name))} />
            </details>
          </Card>
        </div>
      </div>
      {dialog === 'assign' && <AssignDialog code={role.code} name={name} onClose={() => setDialog(undefined)} />}
      {dialog === 'maturity' && (
        <MaturityDialog
          code={role.code}
          now={role.maturity ?? { as_is: null, to_be: null }}
          onClose={() => setDialog(undefined)}
          onSave={async (setting, reason) => {
            await run(() => setRole(role.code, setting, reason));
            await client.invalidateQueries({ queryKey: ['roles'] });
            toast({ text: t.maturityDone({ role: role.code }) });
          }}
        />
      )}
    </article>
  );
}

function Words({ words }: { readonly words: readonly string[] }) {
  const t = useText();
  if (words.length === 0) return <p className="dim">{t.roleNothing()}</p>;
  return (
    <ul className={styles.words}>
      {words.map((word, index) => (
        <li key={index}>
          <Visible text={word} />
        </li>
      ))}
    </ul>
  );
}

function Codes({ codes }: { readonly codes: readonly string[] }) {
  const t = useText();
  if (codes.length === 0) return <span className="dim">{t.roleNothing()}</span>;
  return (
    <span className={styles.codes}>
      {codes.map((code) => (
        <Link key={code} to="/roles/$code" params={{ code }} search={{}}>
          {code}
        </Link>
      ))}
    </span>
  );
}

// The lists of what the role works on; a planned role has none yet.
function Screens({ role }: { readonly role: RoleDetail }) {
  const t = useText();
  const may = useMay();
  const schema = useSchema();
  const entities = (role.uses?.entities ?? []).map((name) => schema.data?.named(name)).filter((entity) => entity !== undefined && may(`${entity.name}.read`));
  if (entities.length === 0) return <p className="dim">{t.roleNothing()}</p>;
  return (
    <ul className={styles.words}>
      {entities.map(
        (entity) =>
          entity && (
            <li key={entity.name}>
              <Link to="/records/$path" params={{ path: entity.path }} search={{}}>
                {entitiesLabel(t, entity.name)}
              </Link>
            </li>
          ),
      )}
    </ul>
  );
}

function People({ role, isRole, onAssign }: { readonly role: RoleDetail; readonly isRole: boolean; readonly onAssign: () => void }) {
  const t = useText();
  const may = useMay();
  const organisation = useOrganisation();
  const mayAssign = isRole && may('assignment.create', organisation?.key);
  return (
    <Card
      title={t.rolePeople()}
      tools={
        mayAssign && (
          <Button kind="primary" icon={<PlusIcon />} onClick={onAssign}>
            {t.assignOpen()}
          </Button>
        )
      }
    >
      {role.holders.length === 0 ? (
        <p className={styles.nobody}>{t.roleNobody()}</p>
      ) : (
        <ul className={styles.people}>
          {role.holders.map((holder) => (
            <OneHolder key={holder.assignment} holder={holder} />
          ))}
        </ul>
      )}
      {(role.withheld_holders ?? 0) > 0 && <p className="dim">{t.roleWithheld({ count: role.withheld_holders ?? 0 })}</p>}
    </Card>
  );
}

function standingName(t: ReturnType<typeof useText>, standing: Holder['standing']): string {
  const names: Readonly<Record<string, string>> = { future: t.standingFuture(), ended: t.standingEnded(), left: t.standingLeft(), vacant: t.standingVacant() };
  return names[standing ?? ''] ?? '';
}

function OneHolder({ holder }: { readonly holder: Holder }) {
  const t = useText();
  const may = useMay();
  const run = useDeed();
  const toast = useToast();
  const client = useQueryClient();
  const path = holder.kind === 'person' ? 'people' : 'posts';
  const end = () => {
    run(async (reason) => {
      const record = await getRecord('assignments', holder.assignment);
      await deleteRecord('assignments', record.id, record.version, reason);
    }).then(
      async () => {
        toast({ text: t.assignEnded({ title: holder.title }) });
        await client.invalidateQueries({ queryKey: ['roles'] });
      },
      (error: unknown) => {
        if (!isCancelled(error)) toast({ text: t.deedFailed({ why: t.failOther() }), bad: true });
      },
    );
  };
  const times = [holder.from ? t.assignSince({ date: holder.from }) : '', holder.until ? t.assignTo({ date: holder.until }) : ''].filter((text) => text !== '').join(' ');
  return (
    <li>
      <Link to="/records/$path/$id" params={{ path, id: holder.id }} search={{}}>
        <Visible text={holder.title} />
      </Link>
      <span className="dim">
        {(holder.held_by ?? []).map((one) => (
          <span key={one.id}>
            <Visible text={one.name} />{' · '}
          </span>
        ))}
        {[holder.kind === 'post' ? t.assignPost() : '', holder.deputy ? t.roleDeputy() : '', holder.whole_group ? t.assignWholeGroup() : '', standingName(t, holder.standing), holder.sourcing === 'outsourced' || holder.sourcing === 'inhouse' ? sourcingName(t, holder.sourcing) : '', times].filter((text) => text !== '').join(' · ')}
      </span>
      {may('assignment.delete', holder.organisation) && <IconButton name={t.assignEnd({ title: holder.title })} icon={<TrashIcon />} onClick={end} />}
    </li>
  );
}
