// The small things that stand for a role's facts, on the board and on its page.
import type { Names } from '../api/client';
import type { Language, Messages } from '../i18n/messages';
import { decimal, duration } from '../i18n/format';
import { useText } from '../i18n/useText';
import { Visible } from '../text/Visible';
import type { Holder, Maturity, Measure, RoleState, Sourcing } from './roles';
import { maturitySteps } from './roles';
import styles from './parts.module.css';

export const nameIn = (names: Names | undefined, language: Language): string => names?.[language] || names?.ja || names?.en || '';

export function sourcingName(t: Messages, sourcing: Sourcing): string {
  return { inhouse: t.sourcingInhouse(), outsourced: t.sourcingOutsourced(), both: t.sourcingBoth(), nobody: t.sourcingNobody(), not_needed: t.sourcingNotNeeded(), unknown: t.sourcingUnknown() }[sourcing];
}

export function stateNameOf(t: Messages, state: RoleState): string {
  return { planned: t.rolePlanned(), partial: t.rolePartial(), built: t.roleBuilt() }[state];
}

export function SourcingChip({ sourcing }: { readonly sourcing: Sourcing }) {
  const t = useText();
  return <span className={[styles.chip, styles[sourcing]].join(' ')}>{sourcingName(t, sourcing)}</span>;
}

// What the program does for the role: shape and word.
export function StateMark({ state }: { readonly state: RoleState }) {
  const t = useText();
  return (
    <span className={[styles.mark, styles[state]].join(' ')}>
      <i aria-hidden="true" />
      {stateNameOf(t, state)}
    </span>
  );
}

// "2–4" where companies differ.
const range = (low: number | null | undefined, high: number | null | undefined): string => (low === null || low === undefined ? '–' : high === null || high === undefined || high === low ? String(low) : `${low}–${high}`);

export function maturityText(t: Messages, maturity: Maturity | null): string {
  if (!maturity || (maturity.as_is === null && maturity.to_be === null)) return t.maturityUnknown();
  return t.maturityWords({ now: range(maturity.as_is, maturity.as_is_highest), then: range(maturity.to_be, maturity.to_be_highest) });
}

// As it is: filled; as it shall be: outlined up to there.
export function MaturityBars({ maturity }: { readonly maturity: Maturity | null }) {
  const t = useText();
  const is = maturity?.as_is ?? 0;
  const shall = maturity?.to_be ?? 0;
  const words = maturityText(t, maturity);
  return (
    <span className={styles.bars} role="img" aria-label={words} title={words}>
      {Array.from({ length: maturitySteps }, (_, step) => (
        <i key={step} className={step < is ? styles.is : step < shall ? styles.shall : ''} />
      ))}
    </span>
  );
}

export function measureText(t: Messages, language: Language, measure: Measure): string {
  if (measure.value === null) return t.measureNone();
  switch (measure.unit) {
    case 'percent':
      return `${decimal(measure.value)} %`;
    case 'duration':
      return duration(language, measure.value);
    default:
      return Number.isInteger(measure.value) ? String(measure.value) : decimal(measure.value);
  }
}

export function Holders({ holders, most = 2 }: { readonly holders: readonly Holder[]; readonly most?: number }) {
  const t = useText();
  if (holders.length === 0) return <span className="dim">–</span>;
  return (
    <>
      {holders.slice(0, most).map((holder, index) => (
        <span key={holder.assignment}>
          {index > 0 && ', '}
          <Visible text={holder.title} />
          {holder.kind === 'post' && holder.held_by?.[0] && (
            <>
              {' ('}
              <Visible text={holder.held_by[0].name} />)
            </>
          )}
        </span>
      ))}
      {holders.length > most && ` ${t.facetsMore({ others: holders.length - most })}`}
    </>
  );
}
