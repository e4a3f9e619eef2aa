import { defineConfig } from 'vitest/config'

/** Suites with real components (Prometheus, Alertmanager); each says so visibly where its component is absent. */
export default defineConfig({
  test: {
    include: ['test/real/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
})
