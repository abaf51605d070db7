import hooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const keyboard = 'handle keys with useKeys (src/keys): it is quiet during kana conversion';
const hostile = 'text of logs is shown as text: use <Visible> (src/text)';

// Each entry: what may not be written, and what to write instead. Tests in lint/rules.test.ts.
export const banned = [
  { selector: 'JSXAttribute[name.name=/^onKey(Down|Up|Press)(Capture)?$/]', message: keyboard },
  { selector: 'CallExpression[callee.property.name="addEventListener"][arguments.0.value=/^key/]', message: keyboard },
  { selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]', message: hostile },
  { selector: 'Property[key.name="dangerouslySetInnerHTML"]', message: hostile },
  { selector: 'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|srcdoc)$/]', message: hostile },
  { selector: 'MemberExpression[object.name="document"][property.name=/^write(ln)?$/]', message: hostile },
  { selector: 'JSXText[value=/[\\p{L}]/u]', message: 'no text in components: put it into content/messages/web*.yaml' },
  { selector: 'JSXAttribute[name.name=/^(title|aria-label|placeholder|alt|label)$/] > Literal[value=/[\\p{L}]/u]', message: 'no text in components: put it into content/messages/web*.yaml' },
  { selector: 'JSXOpeningElement[name.name="a"] > JSXAttribute[name.name="href"] > JSXExpressionContainer', message: 'links go to our own pages: use <Link>; values of logs are never links' },
];

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'src/i18n/messages.ts', 'src/api/openapi.d.ts'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommended],
    plugins: { 'react-hooks': hooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-console': 'error',
      'max-lines': ['error', 500],
      'no-restricted-syntax': ['error', ...banned],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/ui/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['@mantine/*'], message: 'only src/ui knows the component kit: import from ../ui' }] }],
    },
  },
  {
    files: ['src/keys/**', '**/*.test.{ts,tsx}'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
