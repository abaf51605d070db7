import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Tip } from './Tip';
import styles from './Button.module.css';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: 'plain' | 'primary' | 'quiet';
  readonly icon?: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({ kind = 'plain', icon, children, className, type = 'button', ...rest }: Props) {
  return (
    <button type={type} className={[styles.button, styles[kind], className].filter(Boolean).join(' ')} {...rest}>
      {icon}
      {children}
    </button>
  );
}

interface IconProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  // Name for everyone: tip and accessible name.
  readonly name: string;
  readonly icon: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ name, icon, className, type = 'button', ...rest }: IconProps) {
  return (
    <Tip text={name}>
      <button type={type} aria-label={name} className={[styles.icon, className].filter(Boolean).join(' ')} {...rest}>
        {icon}
      </button>
    </Tip>
  );
}
