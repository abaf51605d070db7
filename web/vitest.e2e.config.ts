import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const installed = (name: string) => fileURLToPath(new URL(`node_modules/${name}`, import.meta.url));

// The browser tests lie in tests/e2e and use the packages that are installed here. One after another: they
// measure, and a server and a browser are enough load for two cores.
export default defineConfig({
  root: fileURLToPath(new URL('../tests/e2e', import.meta.url)),
  cacheDir: installed('.vite-e2e'),
  resolve: {
    alias: {
      'playwright-core': installed('playwright-core/index.mjs'),
      fflate: installed('fflate/esm/index.mjs'),
      vitest: installed('vitest/dist/index.js'),
    },
  },
  server: { fs: { strict: false } },
  test: {
    environment: 'node',
    include: ['*.e2e.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
