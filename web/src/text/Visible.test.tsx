import { cleanup, fireEvent, render } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { LongVisible, Visible, VisibleLines } from './Visible';

afterEach(cleanup);

describe('Visible', () => {
  it('shows markup as the text it is', () => {
    const hostile = '<img src=x onerror=alert(1)><script>alert(1)</script>';
    const { container } = render(<Visible text={hostile} />);
    expect(container.textContent).toBe(hostile);
    expect(container.querySelector('img, script, a')).toBeNull();
  });

  it('never makes a link', () => {
    const { container } = render(<Visible text="javascript:alert(1) http://example.com/" />);
    expect(container.querySelector('a')).toBeNull();
  });

  it('marks a part and keeps escapes inside it', () => {
    const { container } = render(<Visible text={'a\u202ebc'} mark={{ from: 1, to: 3 }} />);
    expect(container.querySelector('mark')?.textContent).toBe('\\u{202e}b');
    expect(container.textContent).toBe('a\\u{202e}bc');
  });
});

describe('LongVisible', () => {
  it('cuts what is long and shows all of it on demand', () => {
    const { container } = render(<LongVisible text={'x'.repeat(1000)} limit={10} />);
    expect(container.querySelector('bdi')?.textContent).toBe('x'.repeat(10));
    fireEvent.click(container.querySelector('button')!);
    expect(container.querySelector('bdi')?.textContent).toBe('x'.repeat(1000));
  });

  it('shows a marked part that stands behind the cut', () => {
    const { container } = render(<LongVisible text={`${'x'.repeat(500)}needle`} mark={{ from: 500, to: 506 }} limit={100} />);
    expect(container.querySelector('mark')?.textContent).toBe('needle');
  });
});

describe('VisibleLines', () => {
  it('keeps lines and shows other controls', () => {
    const { container } = render(<VisibleLines text={'a\r\nb\x07'} />);
    expect(container.textContent).toBe('a\nb\\x07');
  });
});
