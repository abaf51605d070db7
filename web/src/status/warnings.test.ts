import { describe, expect, it } from 'vitest';
import type { ServerStatus, SourceStatus } from '../api/types';
import { messages } from '../i18n/messages';
import { warningsOf } from './warnings';

const source: SourceStatus = {
  name: 'fw', type: 'syslog_udp', address: '127.0.0.1:514', realm: 'real', state: 'running', last_event: null,
  events: 1, bytes: 1, per_second: 0, dropped: 0, refused: 0, lag_bytes: 0, error: null,
  cut: 0, framing_errors: 0, connections: 0, connections_refused: 0, followed: 0, files: [],
};
const good: ServerStatus = {
  time: '2026-11-25T00:00:00Z', version: '1', uptime_s: 1, realm_default: 'real', csp_reports: 0,
  events: { received: 1, per_second: 1, journal_sequence: 1 },
  pipeline: { state: 'live', lag_events: 0, lag_seconds: 0, restarts: 0, rules: 1, refused: 0, incomplete: 0, findings: 0, alerts: 0, quarantined: [] },
  journal: { bytes: 1, segments: 1, oldest: null, damages: 0, damaged_bytes: 0, fsync_ms_p50: 1, fsync_ms_p99: 1 },
  disk: { used_percent: 10, free_bytes: 1, state: 'ok' },
  sources: [source],
  sandbox: { level: 'full', namespaces: true, rlimits: true, seccomp: true, landlock: true, workers: 0 },
  memory: [],
};
const texts = (status: ServerStatus) => warningsOf(status, messages.en).map((warning) => warning.text);

describe('warnings', () => {
  it('are none where all is well', () => {
    expect(texts(good)).toEqual([]);
  });

  it('name what is wrong, the worst first', () => {
    const bad: ServerStatus = {
      ...good,
      disk: { used_percent: 92.7, free_bytes: 1024, state: 'refusing' },
      sources: [{ ...source, name: 'f\u202ew', dropped: 1234 }, { ...source, name: 'dc', state: 'failed', error: 'no such file' }],
      sandbox: { ...good.sandbox, level: 'reduced' },
    };
    const found = warningsOf(bad, messages.en);
    expect(found.map((warning) => warning.grave)).toEqual([true, true, false, false]);
    expect(found[0]?.text).toContain('93 % full (1.0 KiB free)');
    expect(texts(bad).join(' ')).toContain('Source dc: no such file');
    expect(texts(bad).join(' ')).toContain('Source f\\u{202e}w: 1,234 events never reached Hinomi');
  });

  it('follow every state that needs somebody', () => {
    expect(texts({ ...good, pipeline: { ...good.pipeline, state: 'failed' } })).toHaveLength(1);
    expect(texts({ ...good, pipeline: { ...good.pipeline, state: 'catching_up', lag_seconds: 61, lag_events: 5 } })).toHaveLength(1);
    expect(texts({ ...good, sources: [{ ...source, state: 'degraded' }] })).toHaveLength(1);
    expect(texts({ ...good, csp_reports: 1 })).toHaveLength(1);
    expect(texts({ ...good, pipeline: { ...good.pipeline, incomplete: 2 } })).toHaveLength(1);
    expect(texts({ ...good, sources: [{ ...source, cut: 1 }] })).toHaveLength(1);
    expect(texts({ ...good, sources: [{ ...source, framing_errors: 2 }] })[0]).toContain('2 connections were closed');
    expect(texts({ ...good, sources: [{ ...source, connections_refused: 1 }] })).toHaveLength(1);
  });

  it('call an audit log that is not in order grave, and missing time-stamps not', () => {
    const audit = { size: 1, last_checkpoint: null, last_anchor: null, authority: 'http://tsa', authority_problem: null, problem: null };
    expect(texts({ ...good, audit })).toEqual([]);
    expect(texts({ ...good, audit: { ...audit, authority: null } })).toEqual([]);
    const rolledBack = warningsOf({ ...good, audit: { ...audit, problem: 'it was rolled back' } }, messages.en);
    expect(rolledBack.map((warning) => warning.grave)).toEqual([true]);
    expect(rolledBack[0]?.text).toContain('it was rolled back');
    expect(warningsOf({ ...good, audit: { ...audit, authority_problem: 'x' } }, messages.en)[0]?.grave).toBe(false);
  });

  it('call damage of the journal grave', () => {
    const found = warningsOf({ ...good, journal: { ...good.journal, damages: 2, damaged_bytes: 2048 } }, messages.en);
    expect(found).toHaveLength(1);
    expect(found[0]?.grave).toBe(true);
    expect(found[0]?.text).toContain('damaged in 2 places (2.0 KiB)');
  });

  it('count files with problems only where the error of the source names but one of them', () => {
    const file = (problem: string | null) => ({ path: '/a', state: 'text', size: 1, lag_bytes: 0, problem });
    expect(texts({ ...good, sources: [{ ...source, files: [file(null), file('x')] }] })).toHaveLength(0);
    expect(texts({ ...good, sources: [{ ...source, files: [file(null), file('x'), file('y')] }] })[0]).toContain('2 files need attention');
  });
});
