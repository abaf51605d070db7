// Starts the real program on a folder of its own, signs browsers in, sends events. The only place that knows how the
// program is called.
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = process.env['HINOMI_ROOT'] ?? fileURLToPath(new URL('../..', import.meta.url));
const build = process.env['HINOMI_BUILD'] ?? join(root, 'build/dev');
const program = join(build, 'apps/hinomi/hinomi');
const seeder = join(build, 'tests/e2e/hinomi_seed_alerts');
const recordSeeder = join(build, 'tests/e2e/hinomi_seed_records');
const startMs = 60_000;
const stopMs = 20_000;

export interface StartOptions {
  readonly demo?: boolean;
  // Alerts that are there before the program starts.
  readonly seeded?: number;
  // The demo company and so many people more, in the records before the program starts.
  readonly people?: number;
  readonly rules?: string;
  // A folder whose files are read.
  readonly follow?: string;
}

export interface Server {
  readonly origin: string;
  // A new one-time address.
  readonly loginAddress: () => string;
  readonly send: (events: readonly unknown[]) => Promise<void>;
  // Ends it, and starts it again on the same folder and address after `between`.
  readonly restart: (between: () => Promise<void>) => Promise<void>;
  readonly stop: () => Promise<void>;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

// Ready when it prints its address.
async function ready(child: ChildProcess, output: { text: string }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not ready after ${startMs} ms:\n${output.text}`)), startMs);
    const read = (part: Buffer) => {
      output.text += part.toString();
      if (!/#ticket=/.test(output.text)) return;
      clearTimeout(late);
      resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', (part: Buffer) => (output.text += part.toString()));
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`ended with ${code}:\n${output.text}`));
    });
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
    child.once('exit', () => {
      clearTimeout(late);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

export async function startServer(options: StartOptions = {}): Promise<Server> {
  const data = mkdtempSync(join(tmpdir(), 'hinomi-e2e-'));
  if (options.seeded !== undefined) execFileSync(seeder, [join(data, 'alerts.db'), String(options.seeded)]);
  if (options.people !== undefined) execFileSync(recordSeeder, [data, String(options.people)], { stdio: 'ignore' });
  const listen = `127.0.0.1:${await freePort()}`;
  const given = ['serve', '--data', data, '--listen', listen];
  if (options.demo) given.push('--demo');
  if (options.rules) given.push('--rules', options.rules);
  if (options.follow) given.push('--follow', options.follow);
  const output = { text: '' };
  const run = async () => {
    output.text = '';
    const started = spawn(program, given, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    try {
      await ready(started, output);
    } catch (error) {
      await ended(started);
      rmSync(data, { recursive: true, force: true });
      throw error;
    }
    return started;
  };
  let child = await run();
  const address = /https?:\/\/[^\s/]+/.exec(output.text)?.[0] ?? '';
  return {
    origin: address,
    loginAddress: () => {
      const printed = execFileSync(program, ['login', '--data', data, '--listen', listen], { encoding: 'utf8' });
      return /https?:\/\/\S+/.exec(printed)?.[0] ?? '';
    },
    send: async (events) => {
      const token = readFileSync(join(data, 'ingest-token'), 'utf8').trim();
      const answer = await fetch(`${address}/api/v1/events?source=default`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}` },
        body: events.map((event) => JSON.stringify(event)).join('\n'),
      });
      if (answer.status !== 200) throw new Error(`events were not taken: ${answer.status} ${await answer.text()}`);
    },
    restart: async (between) => {
      await ended(child);
      await between();
      child = await run();
    },
    stop: async () => {
      await ended(child);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

// A folder with a file of each name; those that no file can have are left out.
export function folderOf(names: readonly string[], bytes: string): { readonly path: string; readonly made: number; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'hinomi-e2e-follow-'));
  const possible = names.filter((name) => !/[/\0]/.test(name) && Buffer.byteLength(name) <= 255);
  for (const name of possible) writeFileSync(join(path, name), bytes);
  return { path, made: possible.length, remove: () => rmSync(path, { recursive: true, force: true }) };
}

// A folder with one rule.
export function ruleFolder(yaml: string): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'hinomi-e2e-rules-'));
  writeFileSync(join(path, 'rule.yml'), yaml);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
