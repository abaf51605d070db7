// @vitest-environment node
// The house rules of eslint.config.js can fail: each is shown something it must refuse, and what is right instead.
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const eslint = new ESLint({ cwd: root });

async function rulesBroken(code: string, file = 'src/alerts/x.tsx'): Promise<string[]> {
  const results = await eslint.lintText(code, { filePath: `${root}/${file}` });
  return (results[0]?.messages ?? []).map((message) => message.ruleId ?? message.message);
}

const refused: readonly (readonly [string, string])[] = [
  ['a raw key handler', "export const A = () => <input onKeyDown={() => undefined} />;"],
  ['a raw key listener', "document.addEventListener('keydown', () => undefined);"],
  ['markup from text', "export const A = (p: { t: string }) => <b dangerouslySetInnerHTML={{ __html: p.t }} />;"],
  ['markup set by hand', "document.body.innerHTML = '';"],
  ['a text in a component', 'export const A = () => <b>Alerts</b>;'],
  ['a Japanese text in a component', 'export const A = () => <b>アラート</b>;'],
  ['a text in a label', 'export const A = () => <b title="Alerts" />;'],
  ['a link made of data', 'export const A = (p: { u: string }) => <a href={p.u} />;'],
];

describe('house rules', () => {
  for (const [what, code] of refused) {
    it(`refuse ${what}`, async () => {
      expect(await rulesBroken(code)).toContain('no-restricted-syntax');
    }, 20_000);
  }

  it('keep the component kit behind src/ui', async () => {
    const code = "import { Button } from '@mantine/core';\nexport const A = Button;";
    expect(await rulesBroken(code)).toContain('no-restricted-imports');
    expect(await rulesBroken(code, 'src/ui/x.tsx')).toEqual([]);
  }, 20_000);

  it('accept what is right', async () => {
    expect(await rulesBroken("import { useText } from '../i18n/useText';\nexport const A = () => <b>{useText().alertsTitle()}</b>;")).toEqual([]);
  }, 20_000);
});
