// Times as people read them, always in a named zone. The server gives RFC 3339 UTC; Japan has no summer time, so its
// zone is an offset.
import type { Zone } from '../app/preferences';
import type { Language } from './messages';

const offsetMs: Record<Zone, number> = { JST: 9 * 3600 * 1000, UTC: 0 };

export const zoneOffsetMs = (zone: Zone): number => offsetMs[zone];

export interface TimeStyle {
  readonly language: Language;
  readonly zone: Zone;
}

const monthNames = Array.from({ length: 12 }, (_, month) =>
  new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, month, 1)),
);
// 2026-02-01 is a Sunday.
const dayNames: Record<Language, readonly string[]> = {
  en: weekDays('en'),
  ja: weekDays('ja'),
};

function weekDays(language: Language): string[] {
  const format = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' });
  return Array.from({ length: 7 }, (_, day) => format.format(Date.UTC(2026, 1, 1 + day)));
}

const two = (value: number) => String(value).padStart(2, '0');

function shifted(ms: number, zone: Zone): Date {
  return new Date(ms + offsetMs[zone]);
}

function clockOf(date: Date): string {
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

// "11/23", "23 Nov"; with the year where it is not `now`'s. For where a day is enough.
export function shortDay(iso: string, style: TimeStyle, now = Date.now()): string {
  return shortTime(iso, style, now).replace(/ [\d:]+$/, '');
}

// For a column whose head names the zone: "11/23 14:05:02", "23 Nov 14:05:02"; with the year where it is not `now`'s.
export function shortTime(iso: string, { language, zone }: TimeStyle, now = Date.now()): string {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return '–';
  const date = shifted(ms, zone);
  const year = date.getUTCFullYear();
  const sameYear = year === shifted(now, zone).getUTCFullYear();
  const day =
    language === 'ja'
      ? `${sameYear ? '' : `${year}/`}${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}`
      : `${two(date.getUTCDate())} ${monthNames[date.getUTCMonth()]}${sameYear ? '' : ` ${year}`}`;
  return `${day} ${clockOf(date)}`;
}

// "2026/11/23（月）14:05:02.123 JST", "Mon 23 Nov 2026 14:05:02.123 JST".
export function fullTime(iso: string, { language, zone }: TimeStyle): string {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return '–';
  const date = shifted(ms, zone);
  const clock = `${clockOf(date)}.${String(date.getUTCMilliseconds()).padStart(3, '0')} ${zone}`;
  const weekDay = dayNames[language][date.getUTCDay()];
  return language === 'ja'
    ? `${date.getUTCFullYear()}/${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}（${weekDay}）${clock}`
    : `${weekDay} ${date.getUTCDate()} ${monthNames[date.getUTCMonth()]} ${date.getUTCFullYear()} ${clock}`;
}

// Both zones, for the tip of a time.
export function bothZones(iso: string, language: Language): string {
  return `${fullTime(iso, { language, zone: 'JST' })}\n${fullTime(iso, { language, zone: 'UTC' })}`;
}
