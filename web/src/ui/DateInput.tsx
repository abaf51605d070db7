// A day or time that can be typed in many ways or picked from the browser's own calendar.
import { useRef } from 'react';
import type { InputHTMLAttributes } from 'react';
import { IconButton } from './Button';
import { Input } from './Field';
import { CalendarIcon } from './icons';
import styles from './Field.module.css';

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange'> {
  readonly value: string;
  readonly withClock: boolean;
  readonly pickName: string;
  // Stands behind the text: the zone.
  readonly after?: string;
  readonly onChange: (value: string) => void;
}

export function DateInput({ value, withClock, pickName, after, onChange, ...rest }: Props) {
  const native = useRef<HTMLInputElement>(null);
  const pick = () => {
    const box = native.current;
    if (!box) return;
    box.value = value.trim().replace(' ', 'T').slice(0, withClock ? 19 : 10);
    try {
      box.showPicker();
    } catch {
      // Without one the text is typed.
    }
  };
  return (
    <span className={styles.date}>
      <Input {...rest} value={value} maxLength={40} placeholder={withClock ? '2026-11-25 14:05' : '2026-11-25'} onChange={(event) => onChange(event.currentTarget.value)} />
      {after !== undefined && <span className="dim">{after}</span>}
      <IconButton name={pickName} icon={<CalendarIcon />} onClick={pick} />
      <input ref={native} className={styles.native} type={withClock ? 'datetime-local' : 'date'} step={withClock ? 1 : undefined} tabIndex={-1} aria-hidden="true" onChange={(event) => onChange(event.currentTarget.value.replace('T', ' '))} />
    </span>
  );
}
