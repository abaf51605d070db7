import { Link, getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { AnyRecord } from '../api/records';
import type { Entity } from '../api/schema';
import { useText } from '../i18n/useText';
import { IconButton } from '../ui/Button';
import { Tip } from '../ui/Tip';
import { CloseIcon, OpenIcon } from '../ui/icons';
import head from '../alert/AlertHead.module.css';
import { LoadedRecord, tabOf } from './RecordBody';

const route = getRouteApi('/shell/records/$path');

interface Props {
  readonly entity: Entity;
  readonly id: string;
  readonly onClose: () => void;
  readonly onChanged: (record?: AnyRecord) => void;
}

export function RecordFlyout({ entity, id, onClose, onChanged }: Props) {
  const t = useText();
  const navigate = route.useNavigate();
  const { tab } = route.useSearch();
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
        onTab={(chosen) => void navigate({ search: (known) => ({ ...known, tab: chosen }), replace: true })}
        onAsOf={(time) => setAsOf({ id, time })}
        onChanged={onChanged}
        tools={
          <>
            <Tip text={t.alertOpenPage()}>
              <Link to="/records/$path/$id" params={{ path: entity.path, id }} search={{}} aria-label={t.alertOpenPage()} className={head.link ?? ''}>
                <OpenIcon />
              </Link>
            </Tip>
            <IconButton name={t.commonClose()} icon={<CloseIcon />} onClick={onClose} />
          </>
        }
      />
    </aside>
  );
}
