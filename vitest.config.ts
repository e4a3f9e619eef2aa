import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Suites with real components have a command of their own: npm run test:real.
    exclude: ['test/real/**'],
    testTimeout: 30_000,
  },
})
