import { useEffect, useImperativeHandle, useRef, useState } from 'react';
import type { Ref } from 'react';
import { useText } from '../i18n/useText';
import { shortTime } from '../i18n/time';
import { usePreferences } from '../app/preferences';
import { fieldKeys } from '../keys/useKeys';
import { Visible, visibleTitle } from '../text/Visible';
import { SearchIcon } from '../ui/icons';
import { listParts, parseTyped, shownName, typedForm, withValue, withoutValue } from './filter';
import type { AlertFilter, ListPart } from './filter';
import styles from './QueryBar.module.css';

// Waiting after the last letter before the list is asked for.
const pauseMs = 250;

interface Props {
  readonly filter: AlertFilter;
  readonly onChange: (filter: AlertFilter) => void;
  readonly ref: Ref<{ focus: () => void }>;
}

export function QueryBar({ filter, onChange, ref }: Props) {
  const t = useText();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(filter.q);
  const [seen, setSeen] = useState(filter.q);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useImperativeHandle(ref, () => ({ focus: () => input.current?.focus() }));
  // The address bar changed (back, a link): the text follows.
  if (seen !== filter.q) {
    setSeen(filter.q);
    setText(filter.q);
  }
  useEffect(() => () => clearTimeout(timer.current), []);

  const search = (q: string) => {
    clearTimeout(timer.current);
    setSeen(q.trim());
    if (q.trim() !== filter.q) onChange({ ...filter, q: q.trim() });
  };
  const searchSoon = (q: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(q), pauseMs);
  };
  // Enter turns "severity:high" into a chip.
  const take = () => {
    clearTimeout(timer.current);
    const typed = parseTyped(text);
    let next: AlertFilter = { ...filter, q: typed.q };
    for (const { part, value } of typed.values) next = withValue(next, part, value);
    setText(typed.q);
    setSeen(typed.q);
    onChange(next);
  };
  // And back: a chip can be changed as text.
  const edit = (part: ListPart, value: string) => {
    setText([typedForm(part, value), text].filter(Boolean).join(' '));
    onChange(withoutValue(filter, part, value));
    input.current?.focus();
  };
  const chips = listParts.flatMap((part) => (filter.lists[part] ?? []).map((value) => ({ part, value })));
  const takeLast = () => {
    const last = chips[chips.length - 1];
    if (text !== '' || !last) return false;
    onChange(withoutValue(filter, last.part, last.value));
    return true;
  };
  const leave = () => {
    input.current?.blur();
  };
  return (
    <div className={styles.bar} role="search">
      <SearchIcon />
      {chips.map(({ part, value }) => (
        <span key={`${part}:${value}`} className={styles.chip}>
          <button type="button" className={styles.text} title={visibleTitle(value)} onClick={() => edit(part, value)} aria-label={t.queryEdit({ condition: typedForm(part, value) })}>
            {shownName(part)}:<Visible text={value} />
          </button>
          <button type="button" className={styles.remove} onClick={() => onChange(withoutValue(filter, part, value))} aria-label={t.queryRemove({ condition: typedForm(part, value) })}>
            ×
          </button>
        </span>
      ))}
      <TimeChip filter={filter} onChange={onChange} />
      <input
        ref={input}
        value={text}
        maxLength={1024}
        placeholder={t.queryPlaceholder()}
        aria-label={t.queryName()}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setText(event.currentTarget.value);
          // Half-converted kana are no words yet; conditions wait for Enter.
          const converting = event.nativeEvent instanceof InputEvent && event.nativeEvent.isComposing;
          const isCondition = parseTyped(event.currentTarget.value).values.length > 0;
          if (!converting && !isCondition) searchSoon(event.currentTarget.value);
        }}
        onCompositionEnd={(event) => searchSoon(event.currentTarget.value)}
        {...fieldKeys({ Enter: take, Escape: leave, Backspace: takeLast })}
      />
      {!text && <kbd aria-hidden="true">/</kbd>}
    </div>
  );
}

function TimeChip({ filter, onChange }: Pick<Props, 'filter' | 'onChange'>) {
  const t = useText();
  const { language, zone } = usePreferences();
  if (!filter.from && !filter.to) return null;
  const shown = (time: string | undefined) => (time ? shortTime(time, { language, zone }) : '');
  return (
    <span className={styles.chip}>
      <span className={[styles.text, 'num'].join(' ')}>{t.queryTime({ from: shown(filter.from), to: shown(filter.to), zone })}</span>
      <button type="button" className={styles.remove} aria-label={t.queryRemoveTime()} onClick={() => onChange({ ...filter, from: undefined, to: undefined })}>
        ×
      </button>
    </span>
  );
}
