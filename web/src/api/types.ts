// The shapes of the server's answers (docs of the API). Every text in them comes from logs or rules: hostile.

export const levels = ['critical', 'high', 'medium', 'low', 'informational'] as const;
export type Level = (typeof levels)[number];

export interface RuleName {
  readonly id: string;
  readonly title: string;
  readonly title_ja: string;
}

export interface RuleHead extends RuleName {
  readonly level: Level;
  readonly tags: readonly string[];
}

export interface AlertRow {
  readonly id: string;
  readonly seq: number;
  readonly version: number;
  readonly rule: RuleHead;
  readonly entity: { readonly field: string; readonly value: string };
  readonly realm: string;
  readonly status: string;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly first_received: string;
  readonly last_received: string;
  readonly count: number;
}

export interface AlertPage {
  readonly items: readonly AlertRow[];
  readonly total: number;
  readonly version: number;
  readonly max_seq: number;
}

export interface Histogram {
  readonly from: string;
  readonly to: string;
  readonly buckets: readonly { readonly at: string; readonly counts: Partial<Record<Level, number>> }[];
}

export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

export interface Facets {
  readonly level: Partial<Record<Level, number>>;
  readonly realm: Record<string, number>;
  readonly tactic: readonly ValueCount[];
  readonly rule: readonly (RuleName & { readonly count: number })[];
  readonly entity: readonly ValueCount[];
  readonly source: readonly ValueCount[];
}

export interface RuleText extends RuleHead {
  readonly description: string;
  readonly description_ja: string;
  readonly advice: string;
  readonly advice_ja: string;
  readonly falsepositives: readonly string[];
  readonly author: string;
  readonly status: string;
  readonly yaml: string;
  readonly set: string;
}

export interface FindingRef {
  readonly id: string;
  readonly ordinal: number;
  readonly event: string;
  readonly event_time: string;
  readonly received: string;
}

export interface AlertDetail extends Omit<AlertRow, 'rule'> {
  readonly rule: RuleText;
  readonly sources?: readonly string[];
  readonly findings: readonly FindingRef[];
}

export interface MatchedItem {
  readonly selection: string;
  readonly field: string;
  readonly modifier: string;
  readonly expected: string;
  readonly value: string;
}

export type JudgedKind = 'selection' | 'all' | 'any' | 'at_least' | 'negation' | 'comparison';

export interface Judged {
  readonly depth: number;
  readonly kind: JudgedKind;
  readonly held: boolean;
  readonly name?: string;
  readonly count?: number;
  readonly field?: string;
  readonly modifier?: string;
  readonly expected?: string;
  readonly value?: string;
  readonly absent?: boolean;
}

export interface Correlation {
  readonly type: string;
  readonly group: readonly { readonly field: string; readonly value: string }[];
  readonly value: number;
  readonly at_least: boolean;
  readonly condition: readonly { readonly comparison: string; readonly limit: number }[];
  readonly timespan_ns: number;
  readonly first_time: string;
  readonly last_time: string;
  readonly total: number;
  readonly events: readonly { readonly id: string; readonly time: string; readonly rule: string }[];
}

export interface EventField {
  readonly name: string;
  readonly value: string | null;
}

export interface FindingEvent {
  readonly id: string;
  readonly time: string;
  readonly received: string;
  readonly source?: string;
  readonly peer?: string;
  readonly listener?: string;
  readonly encoding?: string;
  readonly raw?: string | null;
  readonly raw_cut?: boolean;
  readonly fields?: readonly EventField[];
}

export interface Finding {
  readonly id: string;
  readonly alert: string;
  readonly event: FindingEvent;
  readonly matched: readonly MatchedItem[];
  readonly explanation?: readonly Judged[];
  readonly correlation?: Correlation | null;
  readonly matched_cut?: boolean;
  readonly explanation_cut?: boolean;
  readonly fields_cut?: boolean;
  // What is no longer kept: "record" (why it was found), "event" (as it was received).
  readonly missing?: readonly string[];
}

export interface FileStatus {
  readonly path: string;
  readonly state: string;
  readonly size: number;
  readonly lag_bytes: number;
  readonly problem: string | null;
}

export interface SourceStatus {
  readonly name: string;
  readonly type: string;
  readonly address: string;
  readonly realm: string;
  readonly state: string;
  readonly last_event: string | null;
  readonly events: number;
  readonly bytes: number;
  readonly per_second: number;
  readonly dropped: number;
  readonly refused: number;
  readonly cut: number;
  readonly framing_errors: number;
  readonly connections: number;
  readonly connections_refused: number;
  readonly lag_bytes: number | null;
  readonly error: string | null;
  readonly followed: number;
  // Of the followed ones some, those with problems first.
  readonly files: readonly FileStatus[];
}

export interface ServerStatus {
  readonly time: string;
  readonly version: string;
  readonly uptime_s: number;
  readonly realm_default: string;
  readonly csp_reports?: number;
  readonly events: { readonly received: number; readonly per_second: number; readonly journal_sequence: number };
  readonly pipeline: {
    readonly state: string;
    readonly lag_events: number;
    readonly lag_seconds: number;
    readonly restarts: number;
    readonly rules: number;
    readonly refused: number;
    readonly unparsed?: number;
    readonly incomplete: number;
    readonly findings: number;
    readonly alerts: number;
    readonly quarantined: readonly { readonly event: string; readonly reason: string; readonly at: string }[];
  };
  readonly journal: {
    readonly bytes: number;
    readonly segments: number;
    readonly oldest: string | null;
    readonly damages: number;
    readonly damaged_bytes: number;
    readonly fsync_ms_p50: number;
    readonly fsync_ms_p99: number;
  };
  readonly disk: { readonly used_percent: number; readonly free_bytes: number; readonly state: string };
  readonly sources: readonly SourceStatus[];
  readonly audit?: {
    readonly size: number;
    readonly last_checkpoint: string | null;
    readonly last_anchor: string | null;
    readonly authority: string | null;
    readonly authority_problem: string | null;
    readonly problem: string | null;
  };
  readonly sandbox: {
    readonly level: string;
    readonly namespaces: boolean | string;
    readonly rlimits: boolean | string;
    readonly seccomp: boolean | string;
    readonly landlock: boolean | string;
    readonly workers: number;
  };
  readonly memory: readonly { readonly process: string; readonly pid: number; readonly rss_bytes: number }[];
}

export type AlertsMessage =
  | { readonly version: number; readonly items: readonly AlertRow[] }
  | { readonly version: number; readonly reset: true };
