// The mark of the Traffic Light Protocol 2.0 as FIRST demands it: the word with its colon in capitals, in the colour of
// the label on black, in both themes.
import styles from './Tlp.module.css';

export const tlps = ['none', 'clear', 'green', 'amber', 'amber+strict', 'red'] as const;

const classes: Readonly<Record<string, string | undefined>> = { clear: styles.clear, green: styles.green, amber: styles.amber, 'amber+strict': styles.amber, red: styles.red };

export const tlpWord = (tlp: string): string => `TLP:${tlp.toUpperCase()}`;

export function Tlp({ tlp }: { readonly tlp: string | undefined }) {
  if (tlp === undefined || !Object.hasOwn(classes, tlp)) return null;
  return <span className={[styles.tlp, classes[tlp]].join(' ')}>{tlpWord(tlp)}</span>;
}
