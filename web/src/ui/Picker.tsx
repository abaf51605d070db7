// A text field that offers what it finds. What is offered comes from the caller, who also searches; keys of a kana
// conversion stay with the conversion.
import { Combobox, useCombobox } from '@mantine/core';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import choice from './Choice.module.css';
import styles from './Field.module.css';

export interface Option {
  readonly value: string;
  readonly name: ReactNode;
}

interface Props {
  readonly id?: string;
  readonly name: string;
  readonly placeholder?: string;
  readonly options: readonly Option[];
  // Said in place of options: loading, nothing found.
  readonly note?: string | undefined;
  readonly search: string;
  readonly onSearch: (text: string) => void;
  readonly onChoose: (value: string) => void;
  readonly invalid?: boolean;
  readonly describedBy?: string | undefined;
  readonly autoFocus?: boolean;
}

export function Picker({ id, name, placeholder, options, note, search, onSearch, onChoose, invalid, describedBy, autoFocus }: Props) {
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() });
  const [converted, setConverted] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  return (
    <Combobox
      store={box}
      shadow="md"
      withinPortal
      onOptionSubmit={(value) => {
        onChoose(value);
        setConverted(undefined);
        box.closeDropdown();
      }}
      classNames={{ dropdown: choice.dropdown ?? '', option: choice.item ?? '' }}
    >
      <Combobox.Target withExpandedAttribute>
        <input
          ref={input}
          role="combobox"
          {...(id === undefined ? {} : { id })}
          className={styles.input}
          value={converted ?? search}
          placeholder={placeholder}
          aria-label={name}
          aria-invalid={invalid ?? false}
          aria-describedby={describedBy}
          autoComplete="off"
          autoFocus={autoFocus}
          data-autofocus={autoFocus || undefined}
          maxLength={200}
          onChange={(event) => {
            const text = event.currentTarget.value;
            box.openDropdown();
            // Half-converted kana are no words yet.
            if (event.nativeEvent instanceof InputEvent && event.nativeEvent.isComposing) setConverted(text);
            else {
              setConverted(undefined);
              onSearch(text);
            }
          }}
          onCompositionEnd={(event) => {
            setConverted(undefined);
            onSearch(event.currentTarget.value);
          }}
          onClick={() => box.openDropdown()}
          onFocus={() => box.openDropdown()}
          onBlur={() => box.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options className={styles.options} aria-label={name}>
          {options.map((option) => (
            <Combobox.Option key={option.value} value={option.value}>
              {option.name}
            </Combobox.Option>
          ))}
          {note !== undefined && <Combobox.Empty className={styles.empty}>{note}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
