import type { ReactNode } from 'react';
import { useServerStatus } from '../api/live';
import type { FileStatus, ServerStatus, SourceStatus } from '../api/types';
import { usePreferences } from '../app/preferences';
import { Loading } from '../app/states';
import { useTitle } from '../app/useTitle';
import { RealmBadge } from '../alerts/words';
import { bytes, count, decimal, duration } from '../i18n/format';
import { shortTime } from '../i18n/time';
import { useText } from '../i18n/useText';
import { Visible } from '../text/Visible';
import { fileStateName, stateName, warningsOf } from './warnings';
import styles from './StatusPage.module.css';

export function StatusPage() {
  const t = useText();
  const { language } = usePreferences();
  useTitle(t.statusTitle());
  const status = useServerStatus();
  if (!status) return <Loading />;
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{t.statusTitle()}</h1>
        <span className="dim num">{t.statusSince({ version: status.version, uptime: status.uptime_s })}</span>
      </header>
      <Warnings status={status} />
      <Figures status={status} language={language} />
      <Sources sources={status.sources} />
      <Files sources={status.sources} />
      <div className={styles.pair}>
        <Pipeline status={status} />
        <Storage status={status} />
      </div>
      <div className={styles.pair}>
        <Sandbox sandbox={status.sandbox} />
        {status.audit !== undefined && <Audit audit={status.audit} />}
        <Memory memory={status.memory} />
      </div>
    </div>
  );
}

function Warnings({ status }: { readonly status: ServerStatus }) {
  const t = useText();
  const warnings = warningsOf(status, t);
  if (warnings.length === 0) return <p className={styles.good}>{t.statusGood()}</p>;
  return (
    <ul className={styles.warnings} aria-label={t.statusWarnings()}>
      {warnings.map((warning) => (
        <li key={warning.text} className={warning.grave ? styles.grave : styles.mild}>
          <svg width="12" height="12" viewBox="0 0 12 12" fill="currentColor" aria-hidden="true">
            <path d={warning.grave ? 'M6 .6 11.4 6 6 11.4.6 6z' : 'M6 1.2 11.4 10.8H.6z'} />
          </svg>
          {warning.text}
        </li>
      ))}
    </ul>
  );
}

function Figures({ status, language }: { readonly status: ServerStatus; readonly language: 'ja' | 'en' }) {
  const t = useText();
  const figures: readonly (readonly [string, string, string])[] = [
    [t.figurePerSecond(), count(Math.round(status.events.per_second)), t.figurePerSecondUnit()],
    [t.figureReceived(), count(status.events.received), ''],
    [t.figureLag(), duration(language, status.pipeline.lag_seconds), t.figureLagEvents({ events: status.pipeline.lag_events })],
    [t.figureAlerts(), count(status.pipeline.alerts), ''],
    [t.figureFindings(), count(status.pipeline.findings), ''],
    [t.figureRules(), count(status.pipeline.rules), ''],
  ];
  return (
    <dl className={styles.figures}>
      {figures.map(([name, value, unit]) => (
        <div key={name} className={styles.card}>
          <dt>{name}</dt>
          <dd className="num">
            {value} {unit && <small>{unit}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Card({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.card}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Sources({ sources }: { readonly sources: readonly SourceStatus[] }) {
  const t = useText();
  const { language, zone } = usePreferences();
  if (sources.length === 0) {
    return (
      <Card title={t.sourcesTitle()}>
        <p className="dim">{t.sourcesNone()}</p>
      </Card>
    );
  }
  return (
    <Card title={t.sourcesTitle()}>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={t.sourcesTitle()}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.sourceName()}</th>
              <th scope="col">{t.sourceState()}</th>
              <th scope="col" className={styles.number}>
                {t.sourceEvents()}
              </th>
              <th scope="col" className={styles.number}>
                {t.sourceRate()}
              </th>
              <th scope="col">{t.sourceLast({ zone })}</th>
              <th scope="col" className={styles.number}>
                {t.sourceDropped()}
              </th>
              <th scope="col" className={styles.number}>
                {t.sourceRefused()}
              </th>
              <th scope="col" className={styles.number}>
                {t.sourceLag()}
              </th>
            </tr>
          </thead>
          <tbody>
            {sources.map((source) => (
              <tr key={source.name}>
                <th scope="row">
                  <b>
                    <Visible text={source.name} />
                  </b>{' '}
                  <RealmBadge realm={source.realm} />
                  <span className={styles.where}>
                    <Visible text={source.type} /> <Visible text={source.address} />
                    {source.connections > 0 && ` · ${t.sourceConnections({ connections: source.connections })}`}
                  </span>
                </th>
                <td>
                  <State state={source.state} error={source.error} />
                </td>
                <td className={styles.number}>
                  {count(source.events)}
                  <span className={styles.where}>{bytes(source.bytes)}</span>
                </td>
                <td className={styles.number}>{decimal(source.per_second)}</td>
                <td className="num">{source.last_event ? shortTime(source.last_event, { language, zone }) : '–'}</td>
                <td className={[styles.number, source.dropped > 0 ? styles.bad : ''].join(' ')}>{count(source.dropped)}</td>
                <td className={[styles.number, source.refused > 0 ? styles.bad : ''].join(' ')}>{count(source.refused)}{source.cut > 0 && <span className={styles.where}>{t.sourceCut({ events: source.cut })}</span>}
                  {source.framing_errors > 0 && <span className={styles.where}>{t.sourceFraming({ connections: source.framing_errors })}</span>}
                </td>
                <td className={styles.number}>{source.lag_bytes === null ? '–' : bytes(source.lag_bytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function Files({ sources }: { readonly sources: readonly SourceStatus[] }) {
  const t = useText();
  const following = sources.filter((source) => source.files.length > 0);
  if (following.length === 0) return null;
  return (
    <Card title={t.filesTitle()}>
      {following.map((source) => (
        <section key={source.name} className={styles.files}>
          <h3>{t.filesSummary({ source: source.name, files: source.followed })}</h3>
          {source.files.length < source.followed && <p className={styles.note}>{t.filesShown({ shown: source.files.length })}</p>}
          <FileTable source={source.name} files={source.files} />
        </section>
      ))}
    </Card>
  );
}

function FileTable({ source, files }: { readonly source: string; readonly files: readonly FileStatus[] }) {
  const t = useText();
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={t.filesSummary({ source, files: files.length })}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.followedName()}</th>
            <th scope="col">{t.sourceState()}</th>
            <th scope="col" className={styles.number}>
              {t.followedSize()}
            </th>
            <th scope="col" className={styles.number}>
              {t.sourceLag()}
            </th>
          </tr>
        </thead>
        <tbody>
          {files.map((file, index) => (
            <tr key={index}>
              <th scope="row">
                <Visible text={file.path === '' ? (file.problem ?? '') : file.path} />
                {file.path !== '' && file.problem !== null && (
                  <span className={styles.where}>
                    <Visible text={file.problem} />
                  </span>
                )}
              </th>
              <td className={file.problem !== null ? styles.bad : ''}>
                <Visible text={fileStateName(file.state, t)} />
              </td>
              <td className={styles.number}>{file.path === '' ? '–' : bytes(file.size)}</td>
              <td className={styles.number}>{file.path === '' ? '–' : bytes(file.lag_bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function State({ state, error }: { readonly state: string; readonly error: string | null }) {
  const t = useText();
  const isBad = Boolean(error) || ['failed', 'stopped', 'degraded'].includes(state);
  return (
    <span className={isBad ? styles.bad : styles.fine}>
      <i aria-hidden="true" />
      <Visible text={stateName(state, t)} />
    </span>
  );
}

function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Pipeline({ status }: { readonly status: ServerStatus }) {
  const t = useText();
  const { language, zone } = usePreferences();
  const { pipeline } = status;
  return (
    <Card title={t.pipelineTitle()}>
      <Facts
        facts={[
          [t.sourceState(), <State key="state" state={pipeline.state} error={null} />],
          [t.figureLag(), t.pipelineLag({ lag: pipeline.lag_seconds, events: pipeline.lag_events })],
          [t.figureRules(), t.pipelineRules({ rules: pipeline.rules, refused: pipeline.refused })],
          [t.pipelineIncomplete(), count(pipeline.incomplete)],
          [t.pipelineRestarts(), count(pipeline.restarts)],
        ]}
      />
      <h3>{t.quarantineTitle()}</h3>
      {pipeline.quarantined.length === 0 ? (
        <p className="dim">{t.quarantineNone()}</p>
      ) : (
        <>
          <p className={styles.note}>{t.quarantineNote()}</p>
          <ul className={styles.quarantine} tabIndex={0} aria-label={t.quarantineTitle()}>
            {pipeline.quarantined.map((event) => (
              <li key={event.event}>
                <span className="num">{shortTime(event.at, { language, zone })}</span> <span className="mono">{event.event}</span>
                <span className={styles.where}>
                  <Visible text={event.reason} />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function Storage({ status }: { readonly status: ServerStatus }) {
  const t = useText();
  const { language, zone } = usePreferences();
  const { journal, disk } = status;
  const used = Math.min(Math.max(disk.used_percent, 0), 100);
  const fill = { ok: styles.fillOk, warn: styles.fillWarn, refusing: styles.fillBad }[disk.state] ?? styles.fillOk;
  return (
    <Card title={t.storageTitle()}>
      <div className={styles.disk} role="img" aria-label={t.diskSummary({ percent: Math.round(used), free: disk.free_bytes })}>
        <div className={[styles.fill, fill].join(' ')} style={{ width: `${used}%` }} />
      </div>
      <p className={styles.note}>{t.diskSummary({ percent: Math.round(used), free: disk.free_bytes })}</p>
      <Facts
        facts={[
          [t.journalSize(), t.journalSegments({ size: journal.bytes, segments: journal.segments })],
          [t.journalOldest({ zone }), journal.oldest ? shortTime(journal.oldest, { language, zone }) : '–'],
          [t.journalDamage(), journal.damages === 0 ? t.journalDamageNone() : t.journalDamagePlaces({ places: journal.damages, size: journal.damaged_bytes })],
          [t.journalSync(), t.journalSyncTimes({ median: journal.fsync_ms_p50, slow: journal.fsync_ms_p99 })],
          [t.journalSequence(), count(status.events.journal_sequence)],
        ]}
      />
    </Card>
  );
}

function Sandbox({ sandbox }: { readonly sandbox: ServerStatus['sandbox'] }) {
  const t = useText();
  const words: Readonly<Record<string, string>> = { full: t.sandboxFull(), reduced: t.sandboxReduced(), none: t.sandboxOff() };
  const shown = (on: boolean | string) => (on === true ? t.sandboxOn() : on === false ? t.sandboxMissing() : <Visible text={on} />);
  return (
    <Card title={t.sandboxTitle()}>
      <p className={styles.note}>{words[sandbox.level] ?? t.sandboxUnknown({ level: sandbox.level })}</p>
      <Facts
        facts={[
          [t.sandboxNamespaces(), shown(sandbox.namespaces)],
          [t.sandboxSeccomp(), shown(sandbox.seccomp)],
          [t.sandboxLandlock(), shown(sandbox.landlock)],
          [t.sandboxLimits(), shown(sandbox.rlimits)],
          [t.sandboxWorkers(), count(sandbox.workers)],
        ]}
      />
    </Card>
  );
}

function Audit({ audit }: { readonly audit: NonNullable<ServerStatus['audit']> }) {
  const t = useText();
  const { language, zone } = usePreferences();
  const time = (at: string | null) => (at ? shortTime(at, { language, zone }) : '–');
  return (
    <Card title={t.auditTitle()}>
      {audit.authority === null && <p className={styles.note}>{t.auditNoAuthority()}</p>}
      <Facts
        facts={[
          [t.auditSize(), count(audit.size)],
          [t.auditCheckpoint({ zone }), time(audit.last_checkpoint)],
          [t.auditAnchor({ zone }), time(audit.last_anchor)],
          [t.auditAuthority(), audit.authority === null ? '–' : <Visible text={audit.authority} />],
        ]}
      />
    </Card>
  );
}

function Memory({ memory }: { readonly memory: ServerStatus['memory'] }) {
  const t = useText();
  const all = memory.reduce((sum, process) => sum + process.rss_bytes, 0);
  return (
    <Card title={t.memoryTitle()}>
      <Facts
        facts={[
          ...memory.map((process) => [t.memoryProcess({ name: process.process, pid: process.pid }), bytes(process.rss_bytes)] as const),
          [t.memorySum(), <b key="sum">{bytes(all)}</b>],
        ]}
      />
    </Card>
  );
}
