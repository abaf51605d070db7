// A labelled input with what is wrong with it and a hint.
import { useId } from 'react';
import type { ReactNode, SelectHTMLAttributes, InputHTMLAttributes, TextareaHTMLAttributes } from 'react';
import styles from './Field.module.css';

interface FieldProps {
  readonly label: string;
  readonly needed?: string | undefined;
  readonly fault?: string | undefined;
  readonly hint?: string | undefined;
  readonly wide?: boolean;
  readonly children: (given: { id: string; 'aria-invalid': boolean; 'aria-describedby': string | undefined }) => ReactNode;
}

export function Field({ label, needed, fault, hint, wide, children }: FieldProps) {
  const id = useId();
  const described = fault !== undefined || hint !== undefined ? `${id}-note` : undefined;
  return (
    <div className={[styles.field, wide ? styles.wide : ''].join(' ')}>
      <label htmlFor={id}>
        {label}
        {needed !== undefined && <span className={styles.needed}>{needed}</span>}
      </label>
      {children({ id, 'aria-invalid': fault !== undefined, 'aria-describedby': described })}
      {described !== undefined && (
        <p id={described} className={fault === undefined ? styles.hint : styles.fault} {...(fault === undefined ? {} : { role: 'alert' })}>
          {fault ?? hint}
        </p>
      )}
    </div>
  );
}

export const Input = (props: InputHTMLAttributes<HTMLInputElement>) => <input autoComplete="off" spellCheck={false} {...props} className={[styles.input, props.className].filter(Boolean).join(' ')} />;
export const TextArea = (props: TextareaHTMLAttributes<HTMLTextAreaElement>) => <textarea rows={4} {...props} className={[styles.input, styles.area, props.className].filter(Boolean).join(' ')} />;
export const Select = (props: SelectHTMLAttributes<HTMLSelectElement>) => <select {...props} className={[styles.input, styles.select, props.className].filter(Boolean).join(' ')} />;

export function Tick({ children, ...props }: InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className={styles.tick}>
      <input type="checkbox" {...props} />
      <span>{children}</span>
    </label>
  );
}
