import { cleanup, render } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError, kindOfStatus } from '../api/client';
import { messages } from '../i18n/messages';
import { prefer } from './preferences';
import { Failure } from './states';

afterEach(cleanup);

describe('Failure', () => {
  it('says what happened and what to do, for every way to fail, in both languages', () => {
    const seen = new Set<string>();
    for (const language of ['ja', 'en'] as const) {
      prefer({ language });
      for (const status of [401, 403, 404, 429, 500, 503, 0]) {
        const kind = status === 0 ? 'unreachable' : kindOfStatus(status);
        const { container } = render(<Failure error={new ApiError(kind, status, 'code', 'detail')} />);
        seen.add(container.querySelector('h2')?.textContent ?? '');
        expect(container.querySelector('p')?.textContent).not.toBe('');
        expect(container.querySelector('code') !== null).toBe(status !== 0);
        cleanup();
      }
    }
    expect(seen.size).toBe(14);
  });

  it('shows a hostile detail as text, and an error of our own without details', () => {
    prefer({ language: 'en' });
    const hostile = render(<Failure error={new ApiError('other', 400, 'x', '<img src=x>\u202e')} />);
    expect(hostile.container.querySelector('img')).toBeNull();
    expect(hostile.container.textContent).toContain('<img src=x>\\u{202e}');
    cleanup();
    const own = render(<Failure error={new Error('stack and secrets')} />);
    expect(own.container.textContent).toContain(messages.en.failOther());
    expect(own.container.textContent).not.toContain('secrets');
  });
});
