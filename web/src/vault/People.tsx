// Several people, each chosen by searching.
import { useText } from '../i18n/useText';
import { Reference } from '../record/Value';
import { ReferenceInput } from '../record/ValueInput';
import type { Given } from '../record/ValueInput';
import { IconButton } from '../ui/Button';
import { CloseIcon } from '../ui/icons';
import styles from './vault.module.css';

interface Props {
  readonly label: string;
  readonly people: readonly string[];
  readonly given: Given;
  readonly onChange: (people: readonly string[]) => void;
}

export function People({ label, people, given, onChange }: Props) {
  const t = useText();
  return (
    <div className={styles.people}>
      {people.length > 0 && (
        <ul data-testid="chosen-people">
          {people.map((person) => (
            <li key={person}>
              <Reference id={person} target="person" link={false} />
              <IconButton name={t.vaultDrop()} icon={<CloseIcon />} onClick={() => onChange(people.filter((one) => one !== person))} />
            </li>
          ))}
        </ul>
      )}
      <ReferenceInput target="person" label={label} value="" given={given} onChange={(person) => person !== '' && !people.includes(person) && onChange([...people, person])} />
    </div>
  );
}
