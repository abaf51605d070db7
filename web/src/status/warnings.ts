// What on the status page needs somebody: the worst first.
import type { ServerStatus } from '../api/types';
import type { Messages } from '../i18n/messages';

// The server's word for the state of an input or of the pipeline.
export function stateName(state: string, t: Messages): string {
  switch (state) {
    case 'running':
      return t.stateRunning();
    case 'waiting':
      return t.stateWaiting();
    case 'degraded':
      return t.stateDegraded();
    case 'needs_parser':
      return t.stateNeedsParser();
    case 'stopped':
      return t.stateStopped();
    case 'failed':
      return t.stateFailed();
    case 'starting':
      return t.stateStarting();
    case 'loading_rules':
      return t.stateLoadingRules();
    case 'catching_up':
      return t.stateCatchingUp();
    case 'live':
      return t.stateLive();
    default:
      return state;
  }
}

// The server's word for what a followed file is.
export function fileStateName(state: string, t: Messages): string {
  switch (state) {
    case 'text':
      return t.followedText();
    case 'parsed':
      return t.followedParsed();
    case 'undecided':
      return t.followedUndecided();
    case 'ignored':
      return t.followedIgnored();
    case 'unreadable':
      return t.followedUnreadable();
    default:
      return state;
  }
}

export interface Warning {
  readonly grave: boolean;
  readonly text: string;
}

// Behind by more than this the alerts on the screen are old news.
const lateSeconds = 60;

// States of inputs and of the pipeline in which all is well, or will be without anybody's doing.
const good: readonly string[] = ['running', 'waiting', 'live', 'starting', 'loading_rules', 'catching_up'];
const isGood = (state: string) => good.includes(state);

export function warningsOf(status: ServerStatus, t: Messages): Warning[] {
  const warnings: Warning[] = [];
  const grave = (text: string) => warnings.push({ grave: true, text });
  const mild = (text: string) => warnings.push({ grave: false, text });
  const used = Math.round(status.disk.used_percent);
  if (status.disk.state === 'refusing') grave(t.warnDiskRefusing({ percent: used, free: status.disk.free_bytes }));
  if (status.disk.state === 'warn') mild(t.warnDiskFull({ percent: used, free: status.disk.free_bytes }));
  if (!isGood(status.pipeline.state)) grave(t.warnPipeline());
  if (status.pipeline.lag_seconds > lateSeconds) grave(t.warnLag({ lag: status.pipeline.lag_seconds, events: status.pipeline.lag_events }));
  for (const source of status.sources) {
    if (source.error) grave(t.warnSource({ source: source.name, reason: source.error }));
    else if (!isGood(source.state)) mild(t.warnSourceState({ source: source.name, state: stateName(source.state, t) }));
    if (source.dropped > 0) mild(t.warnDropped({ source: source.name, events: source.dropped }));
    if (source.cut > 0) mild(t.warnCut({ source: source.name, events: source.cut }));
    if (source.framing_errors > 0) mild(t.warnFraming({ source: source.name, connections: source.framing_errors }));
    if (source.connections_refused > 0) mild(t.warnConnections({ source: source.name, connections: source.connections_refused }));
    const troubled = source.files.filter((file) => file.problem !== null).length;
    if (troubled > 1) mild(t.warnFiles({ source: source.name, files: troubled }));
    if (source.refused > 0) mild(t.warnRefused({ source: source.name, events: source.refused }));
  }
  if (status.pipeline.quarantined.length > 0) mild(t.warnQuarantined({ events: status.pipeline.quarantined.length }));
  if (status.journal.damages > 0) grave(t.warnDamaged({ places: status.journal.damages, size: status.journal.damaged_bytes }));
  if (status.pipeline.incomplete > 0) mild(t.warnIncomplete({ matches: status.pipeline.incomplete }));
  if ((status.pipeline.unparsed ?? 0) > 0) mild(t.warnUnparsed({ events: status.pipeline.unparsed ?? 0 }));
  if (status.pipeline.refused > 0) mild(t.warnRules({ rules: status.pipeline.refused }));
  if (status.audit?.problem) grave(t.warnAudit({ problem: status.audit.problem }));
  if (status.audit?.authority_problem) mild(t.warnAuditAuthority({ problem: status.audit.authority_problem }));
  if (status.sandbox.level !== 'full') mild(t.warnSandbox());
  if ((status.csp_reports ?? 0) > 0) mild(t.warnCsp({ reports: status.csp_reports ?? 0 }));
  return warnings.sort((a, b) => Number(b.grave) - Number(a.grave));
}
