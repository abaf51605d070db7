// A value of an event, with what one does with values: show alerts of it, copy it, copy it harmless.
import { useEffect, useRef, useState } from 'react';
import { useText } from '../i18n/useText';
import { LongVisible } from '../text/Visible';
import type { Range } from '../text/Visible';
import { defang } from '../text/defang';
import { CheckIcon, CopyIcon, FilterIcon, ShieldIcon } from '../ui/icons';
import { IconButton } from '../ui/Button';
import styles from './FieldValue.module.css';

interface Props {
  readonly value: string;
  readonly mark?: Range | undefined;
  readonly onFilter?: (() => void) | undefined;
}

export function FieldValue({ value, mark, onFilter }: Props) {
  const t = useText();
  return (
    <span className={styles.value}>
      <LongVisible text={value} mark={mark} />
      <span className={styles.tools}>
        {onFilter && <IconButton name={t.valueFilter()} icon={<FilterIcon />} onClick={onFilter} />}
        <CopyButton name={t.valueCopy()} text={value} icon={<CopyIcon />} />
        {defang(value) !== value && <CopyButton name={t.valueCopyDefanged()} text={defang(value)} icon={<ShieldIcon />} />}
      </span>
    </span>
  );
}

export function CopyButton({ name, text, icon }: { readonly name: string; readonly text: string; readonly icon: React.ReactNode }) {
  const t = useText();
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState('done');
    } catch {
      setState('failed');
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setState('idle'), 1600);
  };
  const shown = { idle: name, done: t.valueCopied(), failed: t.valueCopyFailed() }[state];
  return <IconButton name={shown} icon={state === 'done' ? <CheckIcon /> : icon} onClick={() => void copy()} />;
}
