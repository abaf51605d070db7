// The input for a field of each kind. It holds texts and ticks; what they mean is form.ts's.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Entity, Field } from '../api/schema';
import { inVault, nameWithin, useSchema } from '../api/schema';
import { listRecords } from '../api/records';
import type { AnyRecord } from '../api/records';
import { usePreferences } from '../app/preferences';
import { useText } from '../i18n/useText';
import { fieldKeys } from '../keys/useKeys';
import { Visible } from '../text/Visible';
import { Button, IconButton } from '../ui/Button';
import { DateInput } from '../ui/DateInput';
import { Input, Select, TextArea, Tick } from '../ui/Field';
import { Picker } from '../ui/Picker';
import { useVaultKey } from '../vault/useVaults';
import { CloseIcon } from '../ui/icons';
import type { Raw } from './form';
import { maxTexts } from './form';
import { choiceLabel, titleOf } from './labels';
import { useTitles } from './titles';
import { Reference } from './Value';
import styles from './ValueInput.module.css';

export interface Given {
  readonly id?: string;
  readonly 'aria-label'?: string;
  readonly 'aria-invalid'?: boolean;
  readonly 'aria-describedby'?: string | undefined;
  readonly 'data-autofocus'?: boolean | undefined;
}

interface Props {
  readonly entity: Entity;
  readonly field: Field;
  readonly label: string;
  readonly value: Raw;
  readonly onChange: (value: Raw) => void;
  readonly given?: Given;
}

export function ValueInput({ entity, field, label, value, onChange, given = {} }: Props) {
  const t = useText();
  const text = typeof value === 'string' ? value : '';
  const change = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value);
  switch (field.kind) {
    case 'boolean':
      return (
        <Tick {...given} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)}>
          {value === true ? t.valueYes() : t.valueNo()}
        </Tick>
      );
    case 'prose':
      return <TextArea {...given} value={text} onChange={change} />;
    case 'integer':
    case 'real':
      return <Input {...given} inputMode={field.kind === 'integer' ? 'numeric' : 'decimal'} value={text} maxLength={40} onChange={change} />;
    case 'date':
      return <DateInput {...given} withClock={false} pickName={t.inputPickDay()} value={text} onChange={onChange} />;
    case 'time':
      return <TimeInput value={text} onChange={onChange} given={given} />;
    case 'choice':
      return (
        <Select {...given} value={text} onChange={change}>
          {(!field.needed || text === '') && <option value="">{t.inputNothing()}</option>}
          {(field.choices ?? []).map((choice) => (
            <option key={choice} value={choice}>
              {choiceLabel(t, entity.name, field.name, choice)}
            </option>
          ))}
        </Select>
      );
    case 'reference':
      return <ReferenceInput target={field.target ?? ''} label={label} value={text} onChange={onChange} given={given} />;
    case 'texts':
      return <TextsInput label={label} values={Array.isArray(value) ? (value as readonly string[]) : []} onChange={onChange} given={given} />;
    default:
      return <Input {...given} value={text} onChange={change} />;
  }
}

function TimeInput({ value, onChange, given }: { readonly value: string; readonly onChange: (value: Raw) => void; readonly given: Given }) {
  const t = useText();
  const { zone } = usePreferences();
  return <DateInput {...given} withClock pickName={t.inputPickTime()} after={zone} value={value} onChange={onChange} />;
}

interface ReferenceProps {
  readonly target: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly given?: Given;
  readonly autoFocus?: boolean;
}

const offered = 12;

// A record chosen by searching for it.
export function ReferenceInput({ target, label, value, onChange, given = {}, autoFocus = false }: ReferenceProps) {
  const t = useText();
  const schema = useSchema();
  const entity = schema.data?.named(target);
  const titles = useTitles();
  // Within a vault what may lie in it is offered before what is outside.
  const vault = useVaultKey();
  const inside = vault !== undefined && entity?.may_be_sealed === true && entity.attached !== true ? inVault(entity, vault) : undefined;
  const [search, setSearch] = useState('');
  const found = useQuery<readonly AnyRecord[]>({
    queryKey: ['pick', nameWithin(target, inside?.vault?.key), search],
    enabled: entity !== undefined && value === '',
    staleTime: 10_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const asked = new URLSearchParams({ limit: String(offered), total: 'false' });
      if (search.trim() !== '') asked.set('q', search.trim());
      const lists = await Promise.all([...(inside ? [inside] : []), entity].map((one) => listRecords(one?.path ?? '', asked.toString(), signal)));
      return lists.flatMap((list) => list.items).slice(0, offered);
    },
  });
  if (value !== '') {
    return (
      <span className={styles.picked} id={given.id}>
        <Reference id={value} target={target} link={false} />
        <IconButton name={t.inputClear({ name: label })} icon={<CloseIcon />} onClick={() => onChange('')} />
      </span>
    );
  }
  const note = found.isPending ? t.stateLoading() : found.isError ? t.failOther() : found.data.length === 0 ? t.inputNothingFound() : undefined;
  return (
    <Picker
      {...(given.id === undefined ? {} : { id: given.id })}
      name={label}
      placeholder={t.inputSearch()}
      search={search}
      onSearch={setSearch}
      note={note}
      invalid={given['aria-invalid'] ?? false}
      describedBy={given['aria-describedby']}
      autoFocus={autoFocus || given['data-autofocus'] === true}
      options={(found.data ?? []).map((record) => ({ value: record.id, name: entity ? <Visible text={titleOf(entity, record)} /> : record.id }))}
      onChoose={(id) => {
        const record = found.data?.find((one) => one.id === id);
        if (record && entity) titles.learn(id, { entity: entity.name, title: titleOf(entity, record), ...(vault !== undefined && record.vault === vault ? { vault } : {}) });
        setSearch('');
        onChange(id);
      }}
    />
  );
}

interface TextsProps {
  readonly label: string;
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
  readonly given?: Given;
}

// Several short texts: Enter or a comma of either width ends one.
export function TextsInput({ label, values, onChange, given = {} }: TextsProps) {
  const t = useText();
  const [text, setText] = useState('');
  const add = (typed: string) => {
    const more = typed.split(/[,、，\n]/).map((one) => one.trim()).filter((one) => one !== '' && !values.includes(one));
    if (more.length > 0) onChange([...values, ...new Set(more)].slice(0, maxTexts));
    setText('');
  };
  return (
    <span className={styles.texts}>
      {values.map((value) => (
        <span key={value} className={styles.text}>
          <Visible text={value} />
          <button type="button" aria-label={t.inputRemove({ value })} onClick={() => onChange(values.filter((one) => one !== value))}>
            ×
          </button>
        </span>
      ))}
      <input
        {...given}
        aria-label={label}
        className={styles.more}
        value={text}
        maxLength={200}
        placeholder={t.inputAddText()}
        onChange={(event) => {
          const typed = event.currentTarget.value;
          const converting = event.nativeEvent instanceof InputEvent && event.nativeEvent.isComposing;
          if (!converting && /[,、，]/.test(typed)) add(typed);
          else setText(typed);
        }}
        onBlur={() => add(text)}
        {...fieldKeys({
          Enter: () => (text.trim() === '' ? false : (add(text), true)),
          Backspace: () => (text === '' && values.length > 0 ? (onChange(values.slice(0, -1)), true) : false),
        })}
      />
      {text.trim() !== '' && (
        <Button kind="quiet" onClick={() => add(text)}>
          {t.inputAdd()}
        </Button>
      )}
    </span>
  );
}
