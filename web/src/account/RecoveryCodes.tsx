// The codes for when a device is lost: shown this once, to be printed, copied or saved.
import { useState } from 'react';
import { CopyButton } from '../alert/FieldValue';
import { useText } from '../i18n/useText';
import { download } from '../record/download';
import { Button } from '../ui/Button';
import { Tick } from '../ui/Field';
import { CopyIcon, DownloadIcon } from '../ui/icons';
import styles from './account.module.css';

interface Props {
  readonly codes: readonly string[];
  readonly doneName: string;
  readonly onDone: () => void;
}

export function RecoveryCodes({ codes, doneName, onDone }: Props) {
  const t = useText();
  const [kept, setKept] = useState(false);
  const text = codes.join('\n');
  const save = () => {
    const address = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain' }));
    download(address, t.recoveryFile());
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };
  return (
    <div className={styles.form}>
      <p className={styles.lead}>{t.recoveryLead()}</p>
      <ol className={styles.codes} data-testid="recovery-codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div className={styles.row}>
        <Button icon={<DownloadIcon />} onClick={save}>
          {t.recoverySave()}
        </Button>
        <CopyButton name={t.recoveryCopy()} text={text} icon={<CopyIcon />} />
      </div>
      <Tick checked={kept} onChange={(event) => setKept(event.currentTarget.checked)}>
        {t.recoveryKept()}
      </Tick>
      <div className={styles.row}>
        <Button kind="primary" disabled={!kept} onClick={onDone}>
          {doneName}
        </Button>
      </div>
    </div>
  );
}
