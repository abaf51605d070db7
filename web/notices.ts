// Writes licences.txt beside the built files: the notices of every package that became a part of them.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

interface Lock {
  readonly packages: Record<string, { version?: string; license?: string; dev?: boolean; optional?: boolean }>;
}

function noticeOf(root: string, path: string): string {
  const folder = join(root, path);
  if (!existsSync(folder)) return '';
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|notice|ofl)/i.test(name)).sort();
  return files.map((name) => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n');
}

export function noticesText(root: string): string {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const parts = ['The web interface of Hinomi holds parts of these packages.'];
  for (const [path, about] of Object.entries(lock.packages)) {
    if (path === '' || about.dev) continue;
    const name = path.replace(/^.*node_modules\//, '');
    parts.push(`${'-'.repeat(78)}\n${name} ${about.version ?? ''} (${about.license ?? ''})\n\n${noticeOf(root, path)}`.trim());
  }
  return `${parts.join('\n\n')}\n`;
}

export function notices(root: string): Plugin {
  return {
    name: 'hinomi-notices',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: noticesText(root) });
    },
  };
}
