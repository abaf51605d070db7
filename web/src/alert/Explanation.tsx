// Why a rule held: every condition with its outcome, those that held and those that did not.
import type { Judged, MatchedItem } from '../api/types';
import { useText } from '../i18n/useText';
import type { Messages } from '../i18n/messages';
import { LongVisible, Visible } from '../text/Visible';
import { CheckIcon, CrossIcon } from '../ui/icons';
import { markOf } from './mark';
import styles from './Explanation.module.css';

// Far more than a person reads.
const maxLines = 400;

function groupWords(line: Judged, t: Messages): string {
  switch (line.kind) {
    case 'all':
      return t.whyAllOf();
    case 'any':
      return t.whyAnyOf();
    case 'at_least':
      return t.whyAtLeast({ count: line.count ?? 0 });
    case 'negation':
      return t.whyNoneOf();
    default:
      return '';
  }
}

function Outcome({ held }: { readonly held: boolean }) {
  const t = useText();
  return (
    <span className={held ? styles.yes : styles.no} role="img" aria-label={held ? t.whyHeld() : t.whyNotHeld()}>
      {held ? <CheckIcon /> : <CrossIcon />}
    </span>
  );
}

interface ComparisonProps {
  readonly field: string;
  readonly modifier: string;
  readonly expected: string;
  readonly value: string | undefined;
  readonly held: boolean;
  readonly absent: boolean;
}

function Comparison({ field, modifier, expected, value, held, absent }: ComparisonProps) {
  const t = useText();
  return (
    <span className={styles.comparison}>
      <span>
        <span className={styles.field}>{field === '' ? t.whyKeyword() : <Visible text={field} />}</span> <span className={styles.modifier}>{modifier === '' ? '=' : <Visible text={modifier} />}</span>{' '}
        <LongVisible text={expected} limit={160} />
      </span>
      {absent ? (
        <span className={styles.value}>{t.whyAbsent()}</span>
      ) : (
        value !== undefined &&
        value !== '' && (
          <span className={styles.value}>
            <LongVisible text={value} limit={240} mark={held ? markOf(modifier, expected, value) : undefined} />
          </span>
        )
      )}
    </span>
  );
}

// The same value is not shown again and again for conditions in a row that did not hold.
function isShownAbove(lines: readonly Judged[], index: number): boolean {
  const line = lines[index];
  const above = lines[index - 1];
  return line !== undefined && above !== undefined && !line.held && above.kind === 'comparison' && above.field === line.field && above.value === line.value;
}

export function Explanation({ lines, isCut }: { readonly lines: readonly Judged[]; readonly isCut: boolean }) {
  const t = useText();
  return (
    <>
      <ul className={styles.tree}>
        {lines.slice(0, maxLines).map((line, index) => (
          <li key={index} className={line.held ? styles.line : styles.off} style={{ paddingLeft: `${Math.min(line.depth, 12) * 16}px` }}>
            <Outcome held={line.held} />
            {line.kind === 'comparison' ? (
              <Comparison field={line.field ?? ''} modifier={line.modifier ?? ''} expected={line.expected ?? ''} value={isShownAbove(lines, index) ? undefined : line.value} held={line.held} absent={line.absent ?? false} />
            ) : line.kind === 'selection' ? (
              <b className={styles.selection}>
                <Visible text={line.name ?? ''} />
              </b>
            ) : (
              <span className={styles.group}>{groupWords(line, t)}</span>
            )}
          </li>
        ))}
      </ul>
      {(isCut || lines.length > maxLines) && <p className="dim">{t.whyCut()}</p>}
    </>
  );
}

// Where only what held is known.
export function Matches({ items }: { readonly items: readonly MatchedItem[] }) {
  return (
    <ul className={styles.tree}>
      {items.map((item, index) => (
        <li key={index} className={styles.line}>
          <Outcome held />
          <Comparison {...item} held absent={false} />
        </li>
      ))}
    </ul>
  );
}
