import { useEffect } from 'react';
import { useText } from '../i18n/useText';
import { visible } from '../text/visible';

// The name of the page for tabs, history and screen readers; a name from data is made visible like all text.
export function useTitle(name: string): void {
  const t = useText();
  const title = name === '' ? t.shellName() : `${visible(name)} – ${t.shellName()}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
