// Days and times as people type them: "2026-11-25 14:05", "2026/11/25", "11/25 9:00", "２０２６年１１月２５日", in a named
// zone. What is missing is taken from `now`.
import type { Zone } from '../app/preferences';
import { zoneOffsetMs } from './time';

const two = (value: number) => String(value).padStart(2, '0');

interface Typed {
  readonly year: number | undefined;
  readonly month: number;
  readonly day: number;
  readonly clock: readonly [number, number, number] | undefined;
}

const dayPart = /^(?:(\d{4})[-/.])?(\d{1,2})[-/.](\d{1,2})$/;
const clockPart = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;

function read(text: string): Typed | undefined {
  const plain = text
    .normalize('NFKC')
    .replace(/[−‐－ー]/g, '-')
    .replace(/[年月]/g, '/')
    .replace(/日/g, ' ')
    .replace(/時/g, ':')
    .replace(/[分秒]/g, '')
    .replace(/T/g, ' ')
    .trim();
  const [first = '', second, ...rest] = plain.split(/\s+/);
  const day = dayPart.exec(first);
  const clock = second === undefined ? undefined : clockPart.exec(second);
  if (!day || rest.length > 0 || (second !== undefined && !clock)) return undefined;
  return {
    year: day[1] === undefined ? undefined : Number(day[1]),
    month: Number(day[2]),
    day: Number(day[3]),
    clock: clock ? [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0)] : undefined,
  };
}

function utcMs(typed: Typed, thisYear: number): number | undefined {
  const year = typed.year ?? thisYear;
  const [hours, minutes, seconds] = typed.clock ?? [0, 0, 0];
  if (year < 1900 || year > 2999 || hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const ms = Date.UTC(year, typed.month - 1, typed.day, hours, minutes, seconds);
  const date = new Date(ms);
  // The 31st of November is none.
  return date.getUTCMonth() === typed.month - 1 && date.getUTCDate() === typed.day ? ms : undefined;
}

// "2026-11-25"; undefined for what is no day.
export function typedDate(text: string, now = Date.now()): string | undefined {
  const typed = read(text);
  if (!typed || typed.clock) return undefined;
  const ms = utcMs(typed, new Date(now).getUTCFullYear());
  return ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 10);
}

// RFC 3339 UTC; a day alone is its beginning.
export function typedTime(text: string, zone: Zone, now = Date.now()): string | undefined {
  const typed = read(text);
  if (!typed) return undefined;
  const ms = utcMs(typed, new Date(now + zoneOffsetMs(zone)).getUTCFullYear());
  return ms === undefined ? undefined : new Date(ms - zoneOffsetMs(zone)).toISOString();
}

// As an input shows it, to be typed over: "2026-11-25 14:05:02".
export function shownTime(iso: string, zone: Zone): string {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return '';
  const date = new Date(ms + zoneOffsetMs(zone));
  return `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}
