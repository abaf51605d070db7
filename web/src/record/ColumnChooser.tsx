import type { Entity } from '../api/schema';
import { useText } from '../i18n/useText';
import { Button, IconButton } from '../ui/Button';
import { Panel } from '../ui/Dropdown';
import { Tick } from '../ui/Field';
import { ArrowDownIcon, ArrowUpIcon, ColumnsIcon } from '../ui/icons';
import type { Column } from './columns';
import { commonColumns, moved } from './columns';
import { fieldLabel } from './labels';
import styles from './RecordsPage.module.css';

interface Props {
  readonly entity: Entity;
  readonly columns: readonly Column[];
  readonly onChange: (columns: readonly Column[] | undefined) => void;
}

// Which columns, and in which order; kept in this browser.
export function ColumnChooser({ entity, columns, onChange }: Props) {
  const t = useText();
  const names = [...entity.fields.map((field) => field.name), ...commonColumns];
  const others = names.filter((name) => !columns.some((column) => column.name === name) && (name !== 'number' || entity.prefix));
  return (
    <Panel
      name={t.columnsTitle()}
      target={(toggle, opened) => (
        <Button icon={<ColumnsIcon />} onClick={toggle} aria-expanded={opened}>
          {t.columnsTitle()}
        </Button>
      )}
    >
      {(close) => (
        <div className={styles.columns}>
          <ul aria-label={t.columnsShown()}>
            {columns.map((column, index) => {
              const name = fieldLabel(t, entity.name, column.name);
              return (
                <li key={column.name}>
                  <Tick checked disabled={columns.length === 1} onChange={() => onChange(columns.filter((one) => one !== column))}>
                    {name}
                  </Tick>
                  <IconButton name={t.columnsUp({ name })} icon={<ArrowUpIcon />} disabled={index === 0} onClick={() => onChange(moved(columns, column.name, -1))} />
                  <IconButton name={t.columnsDown({ name })} icon={<ArrowDownIcon />} disabled={index === columns.length - 1} onClick={() => onChange(moved(columns, column.name, 1))} />
                </li>
              );
            })}
          </ul>
          <ul aria-label={t.columnsOthers()}>
            {others.map((name) => (
              <li key={name}>
                <Tick checked={false} onChange={() => onChange([...columns, { name, width: undefined }])}>
                  {fieldLabel(t, entity.name, name)}
                </Tick>
              </li>
            ))}
          </ul>
          <div className={styles.ends}>
            <Button onClick={() => onChange(undefined)}>{t.columnsReset()}</Button>
            <Button kind="primary" onClick={close}>
              {t.commonClose()}
            </Button>
          </div>
        </div>
      )}
    </Panel>
  );
}
