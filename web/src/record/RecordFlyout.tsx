import { useEffect, useRef, useState } from 'react';
import type { AnyRecord } from '../api/records';
import type { Entity } from '../api/schema';
import { useText } from '../i18n/useText';
import { IconButton } from '../ui/Button';
import { Tip } from '../ui/Tip';
import { CloseIcon, OpenIcon } from '../ui/icons';
import head from '../alert/AlertHead.module.css';
import { RecordLink } from './links';
import { LoadedRecord, tabOf } from './RecordBody';
import type { RecordTab } from './RecordBody';

interface Props {
  readonly entity: Entity;
  readonly id: string;
  readonly tab: unknown;
  readonly onTab: (tab: RecordTab) => void;
  readonly onClose: () => void;
  readonly onChanged: (record?: AnyRecord) => void;
}

export function RecordFlyout({ entity, id, tab, onTab, onClose, onChanged }: Props) {
  const t = useText();
  const box = useRef<HTMLElement>(null);
  const [asOfOf, setAsOf] = useState<{ id: string; time: string | undefined }>();
  useEffect(() => {
    if (box.current) box.current.scrollTop = 0;
  }, [id]);
  return (
    <aside ref={box} className={head.flyout} aria-label={t.recordDetail()}>
      <LoadedRecord
        entity={entity}
        id={id}
        level={2}
        tab={tabOf(tab)}
        asOf={asOfOf?.id === id ? asOfOf.time : undefined}
        onTab={onTab}
        onAsOf={(time) => setAsOf({ id, time })}
        onChanged={onChanged}
        tools={
          <>
            <Tip text={t.alertOpenPage()}>
              <RecordLink entity={entity} id={id} name={t.alertOpenPage()} className={head.link ?? ''}>
                <OpenIcon />
              </RecordLink>
            </Tip>
            <IconButton name={t.commonClose()} icon={<CloseIcon />} onClick={onClose} />
          </>
        }
      />
    </aside>
  );
}
