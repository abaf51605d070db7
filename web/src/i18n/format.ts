// How values appear inside messages: the same as in the programs (src/base/message_format.h). Called by the
// generated messages.ts.
import { visible } from '../text/visible';

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export function count(value: number): string {
  return grouped.format(value);
}

export function plain(value: number): string {
  return String(Math.trunc(value));
}

export function decimal(value: number): string {
  return Number.isFinite(value) ? oneDigit.format(value) : '–';
}

const byteUnits = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

export function bytes(value: number): string {
  if (value < 1024) return `${count(value)} B`;
  let unit = 0;
  let size = value / 1024;
  // 1023.95 would be shown as 1,024.0: that is one of the next unit.
  while (size >= 1023.95 && unit + 1 < byteUnits.length) {
    size /= 1024;
    unit += 1;
  }
  return `${decimal(size)} ${byteUnits[unit]}`;
}

const durationUnits = {
  en: { names: [' d', ' h', ' min', ' s'], between: ' ' },
  ja: { names: ['日', '時間', '分', '秒'], between: '' },
};

// Seconds; the two largest units.
export function duration(language: 'en' | 'ja', seconds: number): string {
  const whole = Math.max(0, Math.trunc(seconds));
  const parts = [Math.trunc(whole / 86400), Math.trunc(whole / 3600) % 24, Math.trunc(whole / 60) % 60, whole % 60];
  const { names, between } = durationUnits[language];
  let first = parts.findIndex((part) => part !== 0);
  if (first < 0) first = parts.length - 1;
  const shown = count(parts[first] ?? 0) + (names[first] ?? '');
  const next = parts[first + 1] ?? 0;
  return next === 0 ? shown : shown + between + count(next) + (names[first + 1] ?? '');
}

// Text from outside: nothing in it hides or reorders.
export function text(value: string): string {
  return visible(value);
}
