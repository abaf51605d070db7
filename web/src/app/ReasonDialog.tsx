import { useState } from 'react';
import { useText } from '../i18n/useText';
import { Button } from '../ui/Button';
import { Dialog, DialogButtons } from '../ui/Dialog';
import { Field, TextArea } from '../ui/Field';

const maxReason = 1000;

interface Props {
  readonly about: string | undefined;
  readonly onDone: (reason: string) => void;
  readonly onCancel: () => void;
}

// Why something is done: it stands in the history beside what was done.
export function ReasonDialog({ about, onDone, onCancel }: Props) {
  const t = useText();
  const [reason, setReason] = useState('');
  const blank = reason.trim() === '';
  return (
    <Dialog opened onClose={onCancel} title={about ?? t.reasonTitle()} closeName={t.commonClose()} size="md">
      <form data-part="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!blank) onDone(reason.trim());
        }}
      >
        <Field label={t.reasonLabel()} needed={t.fieldNeeded()} hint={t.reasonHint()}>
          {(given) => <TextArea {...given} data-autofocus value={reason} maxLength={maxReason} onChange={(event) => setReason(event.currentTarget.value)} />}
        </Field>
        <DialogButtons>
          <Button onClick={onCancel}>{t.commonCancel()}</Button>
          <Button kind="primary" type="submit" disabled={blank}>
            {t.commonContinue()}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
