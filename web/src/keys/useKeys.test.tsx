import { fireEvent, render, renderHook } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cleanup } from '@testing-library/react';
import { KeySequence, fieldKeys, sequenceMs, useKeys } from './useKeys';

afterEach(cleanup);

describe('useKeys', () => {
  it('calls a binding once for its key', () => {
    const next = vi.fn();
    renderHook(() => useKeys({ j: next }));
    fireEvent.keyDown(document.body, { key: 'j' });
    expect(next).toHaveBeenCalledTimes(1);
  });

  it('is quiet while kana are converted, and for the key that ends it', () => {
    const next = vi.fn();
    renderHook(() => useKeys({ j: next, Enter: next }));
    fireEvent.keyDown(document.body, { key: 'j', isComposing: true });
    fireEvent.keyDown(document.body, { key: 'Enter', keyCode: 229 });
    expect(next).not.toHaveBeenCalled();
  });

  it('is quiet in text fields, with modifiers and when letters are off', () => {
    const next = vi.fn();
    const { container } = render(<input />);
    renderHook(() => useKeys({ j: next, Escape: next }, { letters: false }));
    fireEvent.keyDown(container.querySelector('input')!, { key: 'Escape' });
    fireEvent.keyDown(document.body, { key: 'j' });
    fireEvent.keyDown(document.body, { key: 'Escape', ctrlKey: true });
    expect(next).not.toHaveBeenCalled();
    fireEvent.keyDown(document.body, { key: 'Escape' });
    expect(next).toHaveBeenCalledTimes(1);
  });

  it('leaves Enter on a button to the button', () => {
    const open = vi.fn();
    const { container } = render(<button type="button" />);
    renderHook(() => useKeys({ Enter: open }));
    fireEvent.keyDown(container.querySelector('button')!, { key: 'Enter' });
    expect(open).not.toHaveBeenCalled();
  });
});

describe('KeySequence', () => {
  it('takes two keys in a row within their time', () => {
    const go = vi.fn();
    const keys = new KeySequence();
    expect(keys.take('g', 0, { 'g a': go })).toBeUndefined();
    expect(keys.take('a', sequenceMs, { 'g a': go })).toBe(go);
    expect(keys.take('g', 0, { 'g a': go })).toBeUndefined();
    expect(keys.take('a', sequenceMs + 1, { 'g a': go })).toBeUndefined();
  });

  it('does not take names of Object for bindings', () => {
    expect(new KeySequence().take('constructor', 0, {})).toBeUndefined();
  });
});

describe('fieldKeys', () => {
  it('leaves the Enter of a conversion alone', () => {
    const submit = vi.fn();
    const { container } = render(<input {...fieldKeys({ Enter: submit })} />);
    const input = container.querySelector('input')!;
    fireEvent.keyDown(input, { key: 'Enter', keyCode: 229 });
    fireEvent.keyDown(input, { key: 'Enter', isComposing: true });
    expect(submit).not.toHaveBeenCalled();
    fireEvent.keyDown(input, { key: 'Enter', keyCode: 13 });
    expect(submit).toHaveBeenCalledTimes(1);
  });
});
