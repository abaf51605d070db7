import { useText } from '../i18n/useText';
import { Dialog } from '../ui/Dialog';
import { prefer, usePreferences } from './preferences';
import styles from './Shell.module.css';

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function HelpSheet({ opened, onClose }: Props) {
  const t = useText();
  const { letterKeys } = usePreferences();
  const groups: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
    [
      t.helpEverywhere(),
      [
        [t.helpGoAlerts(), 'g a'],
        [t.helpGoRoles(), 'g r'],
        [t.helpGoInbox(), 'g i'],
        [t.helpGoJobs(), 'g j'],
        [t.helpGoStatus(), 'g s'],
        [t.findOpen(), 'Ctrl k'],
        [t.helpUndo(), 'z'],
        [t.helpThis(), '?'],
        [t.helpClose(), 'Esc'],
      ],
    ],
    [
      t.helpAlerts(),
      [
        [t.helpDown(), 'j'],
        [t.helpUp(), 'k'],
        [t.helpOpenDetail(), 'Enter'],
        [t.helpOpenPage(), 'o'],
        [t.helpSearch(), '/'],
        [t.helpApplyNew(), 'n'],
      ],
    ],
    [
      t.helpRecords(),
      [
        [t.helpChoose(), 'x'],
        [t.helpCreate(), 'c'],
      ],
    ],
  ];
  return (
    <Dialog opened={opened} onClose={onClose} title={t.helpTitle()} closeName={t.commonClose()}>
      <div className={styles.keys}>
        {groups.map(([name, keys]) => (
          <section key={name}>
            <h3>{name}</h3>
            <dl>
              {keys.map(([what, key]) => (
                <div key={key} className={styles.key}>
                  <dt>{what}</dt>
                  <dd>
                    {key.split(' ').map((part) => (
                      <kbd key={part}>{part}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className={styles.switch}>
        <input type="checkbox" checked={letterKeys} onChange={(event) => prefer({ letterKeys: event.currentTarget.checked })} />
        {t.helpLetterKeys()}
      </label>
    </Dialog>
  );
}
