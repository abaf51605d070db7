// The first start: an organisation and the person who looks after the server. Works once, with the secret behind '#' of
// the address that the server printed.
import { Link, useNavigate } from '@tanstack/react-router';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { InputHTMLAttributes } from 'react';
import { ApiError, getJson, sendJson } from '../api/client';
import type { Fault, Names } from '../api/client';
import { usePreferences } from '../app/preferences';
import { Failure, Loading } from '../app/states';
import { useTitle } from '../app/useTitle';
import { useText } from '../i18n/useText';
import { faultLabel } from '../record/labels';
import { Button } from '../ui/Button';
import { Field, Input, Select, Tick } from '../ui/Field';
import { Logo } from '../ui/icons';
import { LanguageSwitch } from './LoginPage';
import styles from './LoginPage.module.css';

interface Choices {
  readonly needed: boolean;
  readonly calendars: readonly { readonly key: string; readonly name: Names }[];
  readonly zones: readonly string[];
}

export interface Wish {
  organisation: string;
  organisationEn: string;
  zone: string;
  calendar: string;
  site: string;
  person: string;
  kana: string;
  email: string;
  login: string;
  password: string;
  again: string;
  demo: boolean;
}

type Texts = Omit<Wish, 'demo'>;

// Which input a fault of the server is about.
const places: Readonly<Record<string, keyof Wish>> = {
  'organisations.0.name': 'organisation',
  'organisations.0.name_en': 'organisationEn',
  'organisations.0.zone': 'zone',
  'organisations.0.calendar': 'calendar',
  'organisations.0.sites.0.name': 'site',
  'administrator.name': 'person',
  'administrator.name_kana': 'kana',
  'administrator.email': 'email',
  'administrator.login': 'login',
  'administrator.password': 'password',
  demo: 'demo',
};

// Of an address "…/setup#secret=…": only what such a secret can look like.
export function secretOf(hash: string): string | undefined {
  return /^#secret=([\w-]{1,200})$/.exec(hash)?.[1];
}

export function bodyOf(wish: Wish, secret: string, language: string): unknown {
  return {
    secret,
    language,
    organisations: [
      {
        name: wish.organisation,
        ...(wish.organisationEn === '' ? {} : { name_en: wish.organisationEn }),
        zone: wish.zone,
        calendar: wish.calendar,
        sites: wish.site === '' ? [] : [{ name: wish.site }],
      },
    ],
    administrator: {
      name: wish.person,
      ...(wish.kana === '' ? {} : { name_kana: wish.kana }),
      ...(wish.email === '' ? {} : { email: wish.email }),
      login: wish.login,
      password: wish.password,
    },
    demo: wish.demo,
  };
}

// The zone that the browser is in, if the server knows it.
export function ownZone(zones: readonly string[], browser: string): string {
  if (zones.includes(browser)) return browser;
  return zones.includes('Asia/Tokyo') ? 'Asia/Tokyo' : (zones[0] ?? '');
}

export function SetupPage() {
  const t = useText();
  useTitle(t.setupTitle());
  // Taken out of the address, and so out of the history, before it is used.
  const [secret] = useState(() => {
    const found = secretOf(window.location.hash);
    if (window.location.hash !== '') window.history.replaceState(window.history.state, '', window.location.pathname);
    return found;
  });
  const choices = useQuery({ queryKey: ['setup'], queryFn: ({ signal }) => getJson<Choices>('/setup', signal), retry: false, staleTime: Infinity });
  if (choices.isPending) return <Loading />;
  return (
    <main className={styles.page}>
      <div className={`${styles.card} ${styles.wide}`}>
        <div className={styles.brand}>
          <Logo />
          <h1>{t.setupTitle()}</h1>
        </div>
        {choices.isError && <Failure error={choices.error} onRetry={() => void choices.refetch()} />}
        {choices.data && !choices.data.needed && <Note words={t.setupDone()} />}
        {choices.data?.needed && secret === undefined && <Note words={t.setupNoSecret()} />}
        {choices.data?.needed && secret !== undefined && <SetupForm choices={choices.data} secret={secret} />}
      </div>
      <LanguageSwitch />
    </main>
  );
}

function Note({ words }: { readonly words: string }) {
  const t = useText();
  return (
    <>
      <p className={styles.lead}>{words}</p>
      <p className={styles.note}>
        <Link to="/login">{t.setupToLogin()}</Link>
      </p>
    </>
  );
}

function SetupForm({ choices, secret }: { readonly choices: Choices; readonly secret: string }) {
  const t = useText();
  const { language } = usePreferences();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [wish, setWish] = useState<Wish>(() => ({
    organisation: '',
    organisationEn: '',
    zone: ownZone(choices.zones, Intl.DateTimeFormat().resolvedOptions().timeZone),
    calendar: choices.calendars.some(({ key }) => key === 'jp') ? 'jp' : (choices.calendars[0]?.key ?? ''),
    site: '',
    person: '',
    kana: '',
    email: '',
    login: '',
    password: '',
    again: '',
    demo: false,
  }));
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [trouble, setTrouble] = useState<string>();
  const [busy, setBusy] = useState(false);
  const faultOf = (field: keyof Wish) => {
    const found = faults.find((fault) => places[fault.field] === field);
    return found && faultLabel(t, found.code, found.detail);
  };
  const set = (field: keyof Texts) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setWish((before) => ({ ...before, [field]: value }));
  };
  const setDemo = (demo: boolean) => setWish((before) => ({ ...before, demo }));
  const line = (field: keyof Texts, label: string, more: InputHTMLAttributes<HTMLInputElement> = {}, hint?: string) => (
    <Field label={label} needed={more.required ? t.setupNeeded() : undefined} fault={faultOf(field)} hint={hint}>
      {(given) => <Input {...given} maxLength={200} {...more} value={wish[field]} onChange={set(field)} />}
    </Field>
  );
  const send = async () => {
    setFaults([]);
    setTrouble(undefined);
    if (wish.password !== wish.again) return setTrouble(t.setupDiffer());
    setBusy(true);
    try {
      await sendJson('POST', '/setup', bodyOf(wish, secret, language));
      client.clear();
      await navigate({ to: '/checklist', replace: true });
    } catch (error) {
      if (!(error instanceof ApiError)) return setTrouble(t.failOther());
      setFaults(error.faults);
      setTrouble(error.faults.length > 0 ? t.setupFaults() : error.kind === 'too_many' ? t.passwordWait() : t.setupRefused());
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p className={styles.lead}>{t.setupLead()}</p>
      {trouble !== undefined && (
        <p role="alert" className={styles.problem}>
          {trouble}
        </p>
      )}
      <h2>{t.setupOrganisation()}</h2>
      <div className={styles.pair}>
        {line('organisation', t.setupName(), { required: true })}
        {line('organisationEn', t.setupNameEn())}
        <Field label={t.setupZone()} fault={faultOf('zone')}>
          {(given) => (
            <Select {...given} value={wish.zone} onChange={set('zone')}>
              {choices.zones.map((zone) => (
                <option key={zone}>{zone}</option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t.setupCalendar()} fault={faultOf('calendar')}>
          {(given) => (
            <Select {...given} value={wish.calendar} onChange={set('calendar')}>
              {choices.calendars.map((calendar) => (
                <option key={calendar.key} value={calendar.key}>
                  {calendar.name[language]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {line('site', t.setupSite())}
      </div>
      <h2>{t.setupAdministrator()}</h2>
      <div className={styles.pair}>
        {line('person', t.setupPerson(), { required: true, autoComplete: 'name' })}
        {line('kana', t.setupKana())}
        {line('email', t.setupEmail(), { type: 'email', autoComplete: 'email' })}
        {line('login', t.setupLogin(), { required: true, autoComplete: 'username' })}
        {line('password', t.setupPassword(), { required: true, type: 'password', autoComplete: 'new-password', maxLength: 1024 }, t.setupPasswordHint())}
        {line('again', t.setupAgain(), { required: true, type: 'password', autoComplete: 'new-password', maxLength: 1024 })}
      </div>
      <div>
        <Tick checked={wish.demo} onChange={(event) => setDemo(event.currentTarget.checked)}>
          {t.setupDemo()}
        </Tick>
        <p className={styles.hint}>{t.setupDemoHint()}</p>
        {faultOf('demo') !== undefined && (
          <p role="alert" className={styles.problem}>
            {faultOf('demo')}
          </p>
        )}
      </div>
      <Button kind="primary" type="submit" disabled={busy}>
        {busy ? t.setupWorking() : t.setupGo()}
      </Button>
    </form>
  );
}
