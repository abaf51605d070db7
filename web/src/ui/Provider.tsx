// The only folder that knows the component kit (Mantine): pages use what is exported here.
import './kit.css';
import './tokens.css';
import { MantineProvider, createTheme } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Theme } from '../app/preferences';

const theme = createTheme({
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  primaryColor: 'indigo',
  defaultRadius: 'sm',
});

// The server writes a new nonce into index.html with each answer; style elements need it.
const nonce = () => document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

function systemTheme(): 'light' | 'dark' {
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

interface Props {
  readonly theme: Theme;
  readonly children: ReactNode;
}

export function Provider({ theme: chosen, children }: Props) {
  return (
    <MantineProvider
      theme={theme}
      getStyleNonce={nonce}
      {...(chosen === 'auto' ? { defaultColorScheme: 'auto' as const } : { forceColorScheme: chosen })}
      colorSchemeManager={noStorage}
    >
      {children}
    </MantineProvider>
  );
}

// The choice is kept with the other preferences.
const noStorage = {
  get: () => 'auto' as const,
  set: () => undefined,
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => undefined,
};

// Before the first paint, so that a dark page does not flash white.
export function applyTheme(chosen: Theme): void {
  document.documentElement.setAttribute('data-mantine-color-scheme', chosen === 'auto' ? systemTheme() : chosen);
}
