// What a list is narrowed by: typed text, and conditions as chips. Every one stands in the address.
import { useEffect, useImperativeHandle, useRef, useState } from 'react';
import type { Ref } from 'react';
import type { Entity, Field } from '../api/schema';
import { fieldOf } from '../api/schema';
import { usePreferences } from '../app/preferences';
import { shortTime } from '../i18n/time';
import type { Messages } from '../i18n/messages';
import { useText } from '../i18n/useText';
import { realmName } from '../alerts/words';
import { fieldKeys } from '../keys/useKeys';
import { Visible } from '../text/Visible';
import { Button } from '../ui/Button';
import { Panel } from '../ui/Dropdown';
import { Field as Labelled, Select } from '../ui/Field';
import { FilterIcon, PlusIcon, SearchIcon } from '../ui/icons';
import type { Condition, Operator, RecordFilter } from './filter';
import { filterable, hasValue, operatorsOf, withCondition, withoutCondition } from './filter';
import type { Raw } from './form';
import { readRaw } from './form';
import { choiceLabel, faultLabel, fieldLabel } from './labels';
import { Reference } from './Value';
import { ValueInput } from './ValueInput';
import styles from './FilterBar.module.css';

// Waiting after the last letter before the list is asked for.
const pauseMs = 250;

export function operatorName(t: Messages, op: Operator, field: Field): string {
  const isTime = field.kind === 'time' || field.kind === 'date';
  const names: Readonly<Record<Operator, string>> = {
    is: t.filterIs(), not: t.filterNot(), has: t.filterHas(), empty: t.filterEmpty(), filled: t.filterFilled(),
    lt: isTime ? t.filterBefore() : t.filterLess(), lte: isTime ? t.filterUntil() : t.filterAtMost(),
    gt: isTime ? t.filterAfter() : t.filterMore(), gte: isTime ? t.filterSince() : t.filterAtLeast(),
  };
  return names[op];
}

interface Props {
  readonly entity: Entity;
  readonly filter: RecordFilter;
  readonly onChange: (filter: RecordFilter) => void;
  readonly ref: Ref<{ focus: () => void }>;
}

export function FilterBar({ entity, filter, onChange, ref }: Props) {
  const t = useText();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(filter.q);
  const [seen, setSeen] = useState(filter.q);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useImperativeHandle(ref, () => ({ focus: () => input.current?.focus() }));
  // The address bar changed (back, a link): the text follows.
  if (seen !== filter.q) {
    setSeen(filter.q);
    setText(filter.q);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (q: string) => {
    clearTimeout(timer.current);
    setSeen(q.trim());
    if (q.trim() !== filter.q) onChange({ ...filter, q: q.trim() });
  };
  const searchSoon = (q: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => search(q), pauseMs);
  };
  const takeLast = () => {
    if (text !== '' || filter.conditions.length === 0) return false;
    onChange(withoutCondition(filter, filter.conditions.length - 1));
    return true;
  };
  return (
    <div className={styles.bar} role="search">
      <SearchIcon />
      {filter.conditions.map((condition, index) => (
        <ConditionChip key={`${condition.field}.${condition.op}`} entity={entity} condition={condition} onRemove={() => onChange(withoutCondition(filter, index))} />
      ))}
      {filter.tags.map((tag) => (
        <Chip key={`tag:${tag}`} name={t.filterTag({ tag })} onRemove={() => onChange({ ...filter, tags: filter.tags.filter((one) => one !== tag) })}>
          #<Visible text={tag} />
        </Chip>
      ))}
      {filter.deleted && (
        <Chip name={t.filterDeleted()} onRemove={() => onChange({ ...filter, deleted: false })}>
          {t.filterDeleted()}
        </Chip>
      )}
      {filter.realm !== undefined && (
        <Chip name={realmName(filter.realm, t)} onRemove={() => onChange({ ...filter, realm: undefined })}>
          {realmName(filter.realm, t)}
        </Chip>
      )}
      <input
        ref={input}
        value={text}
        maxLength={500}
        placeholder={t.listSearch()}
        aria-label={t.listSearch()}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setText(event.currentTarget.value);
          // Half-converted kana are no words yet.
          if (!(event.nativeEvent instanceof InputEvent && event.nativeEvent.isComposing)) searchSoon(event.currentTarget.value);
        }}
        onCompositionEnd={(event) => searchSoon(event.currentTarget.value)}
        {...fieldKeys({ Enter: () => search(text), Escape: () => input.current?.blur(), Backspace: takeLast })}
      />
      <AddCondition entity={entity} filter={filter} onChange={onChange} />
    </div>
  );
}

function Chip({ name, onRemove, children }: { readonly name: string; readonly onRemove: () => void; readonly children: React.ReactNode }) {
  const t = useText();
  return (
    <span className={styles.chip}>
      <span className={styles.text}>{children}</span>
      <button type="button" className={styles.remove} aria-label={t.queryRemove({ condition: name })} onClick={onRemove}>
        ×
      </button>
    </span>
  );
}

function ConditionChip({ entity, condition, onRemove }: { readonly entity: Entity; readonly condition: Condition; readonly onRemove: () => void }) {
  const t = useText();
  const { language, zone } = usePreferences();
  const field = fieldOf(entity, condition.field);
  if (!field) return null;
  const label = fieldLabel(t, entity.name, field.name);
  const op = operatorName(t, condition.op, field);
  const shown = (value: string) => {
    if (field.kind === 'reference') return <Reference id={value} target={field.target} link={false} />;
    if (field.kind === 'choice') return <Visible text={choiceLabel(t, entity.name, field.name, value)} />;
    if (field.kind === 'boolean') return value === 'true' ? t.valueYes() : t.valueNo();
    if (field.kind === 'time') return `${shortTime(value, { language, zone })} ${zone}`;
    return <Visible text={value} />;
  };
  return (
    <Chip name={`${label} ${op}`} onRemove={onRemove}>
      {label} <em>{op}</em>{' '}
      {condition.values.map((value, index) => (
        <span key={value}>
          {index > 0 && ', '}
          {shown(value)}
        </span>
      ))}
    </Chip>
  );
}

function AddCondition({ entity, filter, onChange }: Omit<Props, 'ref'>) {
  const t = useText();
  return (
    <Panel
      name={t.filterAdd()}
      target={(toggle, opened) => (
        <Button kind="quiet" icon={<FilterIcon />} onClick={toggle} aria-expanded={opened} className={styles.add}>
          {t.filterAdd()}
        </Button>
      )}
    >
      {(close) => (
        <ConditionForm
          entity={entity}
          filter={filter}
          onAdd={(condition) => {
            onChange(withCondition(filter, condition));
            close();
          }}
          onDeleted={() => {
            onChange({ ...filter, deleted: !filter.deleted });
            close();
          }}
          onDemo={() => {
            onChange({ ...filter, realm: filter.realm === 'demo' ? undefined : 'demo' });
            close();
          }}
        />
      )}
    </Panel>
  );
}

interface FormProps {
  readonly entity: Entity;
  readonly filter: RecordFilter;
  readonly onAdd: (condition: Condition) => void;
  readonly onDeleted: () => void;
  readonly onDemo: () => void;
}

function ConditionForm({ entity, filter, onAdd, onDeleted, onDemo }: FormProps) {
  const t = useText();
  const { zone } = usePreferences();
  const fields = filterable(entity);
  const [name, setName] = useState(fields[0]?.name ?? '');
  const field = fieldOf(entity, name);
  const operators = field ? operatorsOf(field) : [];
  const [chosenOp, setOp] = useState<Operator>();
  const op = chosenOp !== undefined && operators.includes(chosenOp) ? chosenOp : operators[0];
  const [raw, setRaw] = useState<Raw>('');
  const [fault, setFault] = useState<string>();
  const add = () => {
    if (!field || op === undefined) return;
    if (!hasValue(op)) return onAdd({ field: field.name, op, values: [] });
    // Words to look for may be shorter or longer than what the field may hold.
    const read = op === 'has' ? { value: String(raw).trim() } : readRaw({ ...field, needed: true }, raw, zone);
    if (read.fault !== undefined || read.value === '') return setFault(read.fault ?? 'needed');
    onAdd({ field: field.name, op, values: [String(read.value)] });
    return undefined;
  };
  const asInput: Field | undefined = field && (op === 'has' ? { ...field, kind: 'text' } : field);
  return (
    <form data-part="form"
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <Labelled label={t.filterField()}>
        {(given) => (
          <Select
            {...given}
            value={name}
            onChange={(event) => {
              setName(event.currentTarget.value);
              setRaw('');
              setFault(undefined);
            }}
          >
            {fields.map((one) => (
              <option key={one.name} value={one.name}>
                {fieldLabel(t, entity.name, one.name)}
              </option>
            ))}
          </Select>
        )}
      </Labelled>
      <Labelled label={t.filterComparison()}>
        {(given) => (
          <Select {...given} value={op ?? ''} onChange={(event) => setOp(event.currentTarget.value as Operator)}>
            {field && operators.map((one) => (
              <option key={one} value={one}>
                {operatorName(t, one, field)}
              </option>
            ))}
          </Select>
        )}
      </Labelled>
      {asInput && op !== undefined && hasValue(op) && (
        <Labelled label={t.filterValue()} fault={fault === undefined ? undefined : faultLabel(t, fault)}>
          {(given) => <ValueInput entity={entity} field={asInput} label={t.filterValue()} value={raw} onChange={setRaw} given={given} />}
        </Labelled>
      )}
      <Button kind="primary" type="submit" icon={<PlusIcon />}>
        {t.filterAddThis()}
      </Button>
      <Button onClick={onDeleted} aria-pressed={filter.deleted}>
        {filter.deleted ? t.filterHideDeleted() : t.filterShowDeleted()}
      </Button>
      {!entity.for_all_organisations && (
        <Button onClick={onDemo} aria-pressed={filter.realm === 'demo'}>
          {filter.realm === 'demo' ? t.filterHideDemo() : t.filterShowDemo()}
        </Button>
      )}
    </form>
  );
}
