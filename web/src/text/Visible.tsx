// The one way in which text of logs and rules gets onto a page.
import { Fragment, useState } from 'react';
import { useText } from '../i18n/useText';
import { cutAtCharacter, isPlain, segments, visible } from './visible';
import styles from './Visible.module.css';

interface Props {
  readonly text: string;
  // The part to point at, such as what a rule looked for.
  readonly mark?: Range | undefined;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

function Plain({ text }: { readonly text: string }) {
  if (isPlain(text)) return <>{text}</>;
  return (
    <>
      {segments(text).map((part, index) =>
        part.escaped ? (
          <span key={index} className="escape">
            {part.text}
          </span>
        ) : (
          <Fragment key={index}>{part.text}</Fragment>
        ),
      )}
    </>
  );
}

// On one line; <bdi> keeps right-to-left letters from reordering what stands around them.
export function Visible({ text, mark }: Props) {
  if (!mark || mark.from >= mark.to) return <bdi>{isPlain(text) ? text : <Plain text={text} />}</bdi>;
  return (
    <bdi>
      <Plain text={text.slice(0, mark.from)} />
      <mark className={styles.mark}>
        <Plain text={text.slice(mark.from, mark.to)} />
      </mark>
      <Plain text={text.slice(mark.to)} />
    </bdi>
  );
}

// Beyond this a value starts cut.
export const longText = 400;
// Beyond this even an opened value is cut: a browser cannot lay out megabytes of text.
export const longestText = 262_144;

export function LongVisible({ text, mark, limit = longText }: Props & { readonly limit?: number }) {
  const t = useText();
  const [open, setOpen] = useState(false);
  if (text.length <= limit) return <Visible text={text} mark={mark} />;
  // What matters is shown even when it stands far behind.
  const from = !open && mark && mark.to > limit ? Math.max(0, mark.from - 60) : 0;
  const shown = cutAtCharacter(text.slice(from), open ? longestText : limit);
  const moved = mark ? { from: mark.from - from, to: mark.to - from } : undefined;
  return (
    <>
      {from > 0 && '…'}
      <Visible text={shown} mark={moved} />
      {from + shown.length < text.length && '…'}{' '}
      <button type="button" className={styles.more} onClick={() => setOpen(!open)}>
        {open ? t.valueShowLess() : t.valueShowAll({ characters: text.length })}
      </button>
    </>
  );
}

// Lines as they are, every other unseen character as its escape.
export function VisibleLines({ text }: { readonly text: string }) {
  const shown = cutAtCharacter(text, longestText);
  const lines = shown.split(/\r?\n/);
  return (
    <>
      {lines.map((line, index) => (
        <Fragment key={index}>
          {index > 0 && '\n'}
          <Visible text={line} />
        </Fragment>
      ))}
      {shown.length < text.length && '…'}
    </>
  );
}

export const visibleTitle = (text: string) => visible(cutAtCharacter(text, longText));
