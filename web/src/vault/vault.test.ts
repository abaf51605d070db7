import { QueryClient } from '@tanstack/react-query';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../api/client';
import { inVault, keptAs } from '../api/schema';
import { messages } from '../i18n/messages';
import { caseEntity } from '../record/testing';
import { forgetVault } from './useVaults';
import { bytesOf, deedWords, sealRefusal, sealable, vaultIn } from './vault';

const { en, ja } = messages;
const refused = (status: number, kind: ApiError['kind'], ...faults: readonly (readonly [string, string])[]) => new ApiError(kind, status, kind, '', faults.map(([field, code]) => ({ field, code })));

describe('an address of a vault', () => {
  test('names one by a number and by nothing else', () => {
    expect(vaultIn('7')).toBe(7);
    expect(vaultIn('4294967295')).toBe(4294967295);
    for (const text of ['', '0', '07', '-1', '1.5', '1e3', '４', '4294967296', '99999999999', 'new', '7/people']) expect(vaultIn(text), text).toBeUndefined();
  });
});

describe('a kind of records within a vault', () => {
  const inside = inVault(caseEntity, 7);
  test('is asked for below the vault and kept apart from the same kind outside and in other vaults', () => {
    expect(inside.path).toBe('vaults/7/cases');
    expect(inside.name).toBe('case');
    expect(new Set([keptAs(caseEntity), keptAs(inside), keptAs(inVault(caseEntity, 77)), keptAs(inVault(caseEntity, 17))]).size).toBe(4);
  });

  test('is one that may be sealed and has a list of its own', () => {
    const kinds = [caseEntity, { ...caseEntity, name: 'a', may_be_sealed: true }, { ...caseEntity, name: 'b', may_be_sealed: true, attached: true }, { ...caseEntity, name: 'c', may_be_sealed: false }];
    expect(sealable(kinds).map((kind) => kind.name)).toEqual(['a']);
  });

  test('leaves nothing when the vault is forgotten, and nothing else goes with it', () => {
    const client = new QueryClient();
    const keep = [['record', 'case', 'x', ''], ['records', keptAs(inVault(caseEntity, 17))], ['vaults'], ['vault', 17, 'log'], ['vault', 7]];
    const go = [['record', keptAs(inside), 'x', ''], ['records', keptAs(inside), 'count'], ['history', keptAs(inside), 'x'], ['comments', keptAs(inside), 'x'], ['pick', keptAs(inside), ''], ['vault', 7, 'members'], ['vault', 7, 'log']];
    for (const key of [...keep, ...go]) client.setQueryData(key, 1);
    forgetVault(client, 7);
    expect(client.getQueryCache().getAll().map((query) => query.queryKey)).toEqual(keep);
  });
});

describe('a record that is not sealed', () => {
  test('says which kinds stand in the way, each once', () => {
    const error = refused(409, 'conflict', ['assignment.person', 'refers'], ['attachment', 'refers'], ['attachment', 'refers']);
    const found = sealRefusal(en, error);
    expect(found?.words).toBe(en.sealRefers());
    expect(found?.ways).toEqual(['Assignments: Person', 'Attachments']);
    expect(sealRefusal(ja, error)?.ways[1]).toBe('添付ファイル');
  });

  test('says what else is wrong', () => {
    expect(sealRefusal(en, refused(409, 'conflict', ['id', 'too_many']))).toEqual({ words: en.sealTooMany(), ways: [] });
    expect(sealRefusal(en, refused(409, 'conflict', ['vault', 'closed']))).toEqual({ words: en.sealVaultIsClosed(), ways: [] });
    expect(sealRefusal(en, refused(409, 'conflict', ['id', 'not_allowed']))).toEqual({ words: en.sealNotAllowed(), ways: [] });
    expect(sealRefusal(en, refused(422, 'invalid', ['vault', 'no_such_record']))).toEqual({ words: en.sealVaultGone(), ways: [] });
    expect(sealRefusal(en, refused(403, 'forbidden'))?.words).toBe(en.failForbidden());
  });

  test('is no matter of sealing where the server was not reached', () => {
    expect(sealRefusal(en, refused(0, 'unreachable'))).toBeUndefined();
    expect(sealRefusal(en, new Error('x'))).toBeUndefined();
  });
});

test('what was done to a vault has words; what is unknown keeps its name', () => {
  expect(deedWords(en, 'seal')).toBe(en.vaultDeedSeal());
  expect(deedWords(ja, 'close')).toBe('閉鎖');
  expect(deedWords(en, 'constructor')).toBe('constructor');
});

test('lengths are those of the server: bytes', () => {
  expect(bytesOf('調査')).toBe(6);
});
