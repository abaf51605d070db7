import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { notices } from './notices';

// Nothing may be inlined: the content policy of the server allows no data: font and no inline script.
export default defineConfig({
  plugins: [react(), notices(fileURLToPath(new URL('.', import.meta.url)))],
  css: { modules: { localsConvention: 'camelCaseOnly' } },
  build: {
    outDir: 'dist',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    reportCompressedSize: true,
    sourcemap: false,
    target: 'es2022',
  },
});
