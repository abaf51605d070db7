// Long work: how far it is, how fast it goes, what is left.
import type { AnyRecord } from '../api/records';

export interface Progress {
  readonly state: string;
  // 0 to 100; undefined: nobody knows how much there is.
  readonly percent: number | undefined;
  readonly perSecond: number | undefined;
  readonly remainingSeconds: number | undefined;
}

const number = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);

export const isOver = (state: string): boolean => ['done', 'failed', 'cancelled'].includes(state);

export function progressOf(job: AnyRecord, now: number): Progress {
  const state = typeof job['state'] === 'string' ? job['state'] : '';
  const done = number(job['done']);
  const total = number(job['total']);
  const given = number(job['percent']);
  const percent = given ?? (done !== undefined && total !== undefined && total > 0 ? (done / total) * 100 : undefined);
  const started = typeof job['started_at'] === 'string' ? Date.parse(job['started_at']) : NaN;
  const seconds = (now - started) / 1000;
  const perSecond = number(job['per_second']) ?? (done !== undefined && done > 0 && seconds > 0 ? done / seconds : undefined);
  const left = done !== undefined && total !== undefined ? Math.max(0, total - done) : undefined;
  const remaining = number(job['remaining_seconds']) ?? (left !== undefined && perSecond !== undefined && perSecond > 0 ? left / perSecond : undefined);
  const over = isOver(state);
  return {
    state,
    percent: percent === undefined ? undefined : Math.min(100, Math.max(0, percent)),
    perSecond: over ? undefined : perSecond,
    remainingSeconds: over ? undefined : remaining,
  };
}
