import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/client';
import { Cancelled, withWhatIsNeeded } from './deeds';
import { proofMethods } from './ProofDialog';
import { groupsOf } from './Sidebar';
import { may } from './session';
import type { Session } from '../api/client';

const refuse = (kind: 'needs_reason' | 'needs_step_up' | 'forbidden') => Promise.reject(new ApiError(kind, 403, kind, ''));

describe('a deed', () => {
  it('asks for what the server wants, and is tried again with it', async () => {
    const asked: string[] = [];
    let proved = false;
    const attempt = vi.fn((reason: string | undefined) => (reason === undefined ? refuse('needs_reason') : proved ? Promise.resolve(`done: ${reason}`) : refuse('needs_step_up')));
    const result = await withWhatIsNeeded(attempt, async (kind) => {
      asked.push(kind);
      if (kind === 'proof') proved = true;
      return kind === 'reason' ? 'because' : undefined;
    }, false);
    expect(result).toBe('done: because');
    expect(asked).toEqual(['reason', 'proof']);
  });

  it('asks first where the declaration says that a reason is needed', async () => {
    const attempt = vi.fn((reason: string | undefined) => Promise.resolve(reason));
    expect(await withWhatIsNeeded(attempt, async () => 'why', true)).toBe('why');
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it('is not done when the dialog is closed', async () => {
    const attempt = vi.fn(() => refuse('needs_step_up'));
    await expect(withWhatIsNeeded(attempt, () => Promise.reject(new Cancelled()), false)).rejects.toBeInstanceOf(Cancelled);
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it('gives up on what no dialog can mend, and does not ask for ever', async () => {
    await expect(withWhatIsNeeded(() => refuse('forbidden'), async () => '', false)).rejects.toMatchObject({ kind: 'forbidden' });
    const attempt = vi.fn(() => refuse('needs_step_up'));
    await expect(withWhatIsNeeded(attempt, async () => undefined, false)).rejects.toMatchObject({ kind: 'needs_step_up' });
    expect(attempt.mock.calls.length).toBeLessThan(10);
  });
});

describe('a proof', () => {
  it('is asked for with what the person has', () => {
    expect(proofMethods({ password: true, totp: true, passkeys: [{}] }, [])).toEqual(['totp', 'passkey']);
    expect(proofMethods({ password: true, totp: false, passkeys: [{}], recovery_left: 10 }, [])).toEqual(['passkey', 'recovery_code']);
    expect(proofMethods({ password: true, totp: false, passkeys: [] }, ['passkey'])).toEqual(['password']);
    expect(proofMethods(undefined, ['ticket', 'totp'])).toEqual(['totp']);
    expect(proofMethods(undefined, ['ticket'])).toEqual(['password']);
  });
});

describe('permissions', () => {
  const session = { permissions: { 'person.read': { everywhere: true, organisations: [] }, 'person.change': { everywhere: false, organisations: [2] } } } as unknown as Session;

  it('hold where they reach', () => {
    expect([may(session, 'person.read', 9), may(session, 'person.change', 2), may(session, 'person.change', 1), may(session, 'person.change')]).toEqual([true, true, false, true]);
    expect(may(session, 'person.delete')).toBe(false);
    expect(may(session, 'constructor')).toBe(false);
  });

  it('decide what stands in the navigation', () => {
    const entity = (name: string) => ({ name, path: `${name}s`, title: 'name', fields: [] });
    const groups = groupsOf(['person', 'organisation', 'notice', 'secret'].map(entity), (name) => name !== 'secret');
    expect(groups.work.map((one) => one.name)).toEqual(['person']);
    expect(groups.administration.map((one) => one.name)).toEqual(['organisation']);
  });
});
