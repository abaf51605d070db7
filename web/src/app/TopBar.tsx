import { useNavigate } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { signOut } from '../api/client';
import { useConnection, useServerStatus } from '../api/live';
import { useText } from '../i18n/useText';
import { Button, IconButton } from '../ui/Button';
import { Choice } from '../ui/Choice';
import { ClockIcon, BuildingIcon, HelpIcon, LanguageIcon, MoonIcon, PersonIcon, SearchIcon, SignOutIcon, SunIcon } from '../ui/icons';
import { prefer, usePreferences } from './preferences';
import { organisationName, useMay, useOrganisation, useSession } from './session';
import { visible } from '../text/visible';
import styles from './Shell.module.css';

export function TopBar({ onHelp, onFind }: { readonly onHelp: () => void; readonly onFind: () => void }) {
  const t = useText();
  const { language, theme, zone } = usePreferences();
  const status = useServerStatus();
  const mayAlerts = useMay()('alert.read');
  return (
    <header className={styles.top} data-part="top">
      <button type="button" className={styles.find} onClick={onFind}>
        <SearchIcon />
        <span>{t.findOpen()}</span>
        <kbd>{'Ctrl K'}</kbd>
      </button>
      <OrganisationSwitch />
      {status?.realm_default === 'demo' && <span className={styles.demo}>{t.shellDemo()}</span>}
      <span className={styles.space} />
      {mayAlerts && <LiveMark perSecond={status?.events.per_second} />}
      <Choice
        value={zone}
        onChoose={(value) => prefer({ zone: value })}
        values={[
          { value: 'JST', name: t.zoneJst() },
          { value: 'UTC', name: t.zoneUtc() },
        ]}
      >
        <Button kind="plain" icon={<ClockIcon />} aria-label={t.zoneChoose({ zone })}>
          {zone}
        </Button>
      </Choice>
      <Choice
        value={language}
        onChoose={(value) => prefer({ language: value })}
        values={[
          { value: 'ja', name: t.languageJa(), lang: 'ja' },
          { value: 'en', name: t.languageEn(), lang: 'en' },
        ]}
      >
        <IconButton name={t.languageChoose()} icon={<LanguageIcon />} />
      </Choice>
      <Choice
        value={theme}
        onChoose={(value) => prefer({ theme: value })}
        values={[
          { value: 'auto', name: t.themeAuto() },
          { value: 'light', name: t.themeLight() },
          { value: 'dark', name: t.themeDark() },
        ]}
      >
        <IconButton name={t.themeChoose()} icon={theme === 'dark' ? <MoonIcon /> : <SunIcon />} />
      </Choice>
      <IconButton name={t.helpOpen()} icon={<HelpIcon />} onClick={onHelp} />
      <OwnAccount />
      <SignOut />
    </header>
  );
}

// Of which company everything is seen; one alone needs no choice.
function OrganisationSwitch() {
  const t = useText();
  const { language } = usePreferences();
  const { organisations } = useSession();
  const chosen = useOrganisation();
  if (organisations.length < 2) return null;
  const name = chosen ? chosen.short || organisationName(chosen, language) : t.organisationAll();
  return (
    <Choice
      value={String(chosen?.key ?? 0)}
      onChoose={(value) => prefer({ organisation: Number(value) })}
      values={[{ value: '0', name: t.organisationAll() }, ...organisations.map((one) => ({ value: String(one.key), name: visible(organisationName(one, language)) }))]}
    >
      <Button kind="plain" icon={<BuildingIcon />} aria-label={t.organisationChoose({ name })} className={styles.company}>
        <span>{visible(name)}</span>
      </Button>
    </Choice>
  );
}

function LiveMark({ perSecond }: { readonly perSecond: number | undefined }) {
  const t = useText();
  const connection = useConnection();
  const word = { open: t.liveOpen(), connecting: t.liveConnecting(), lost: t.liveLost() }[connection];
  return (
    <span className={[styles.live, connection === 'open' ? '' : styles.lost].join(' ')}>
      <i aria-hidden="true" />
      <b>{word}</b>
      {connection === 'open' && perSecond !== undefined && <span className="num">{t.livePerSecond({ events: Math.round(perSecond) })}</span>}
    </span>
  );
}

function OwnAccount() {
  const t = useText();
  const navigate = useNavigate();
  return <IconButton name={t.accountTitle()} icon={<PersonIcon />} onClick={() => void navigate({ to: '/account' })} />;
}

function SignOut() {
  const t = useText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const leave = async () => {
    await signOut().catch(() => undefined);
    client.clear();
    await navigate({ to: '/login' });
  };
  return <IconButton name={t.shellSignOut()} icon={<SignOutIcon />} onClick={() => void leave()} />;
}
