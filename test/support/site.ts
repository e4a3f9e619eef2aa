/** A status page for tests of the server: one page, one JSON, and one thing that is known. */
import type { Site } from '../../src/platform/http/site-routes.ts'

export function aSite(changes: Partial<Site> = {}): Site {
  return {
    stylesheet: 'body { margin: 0 }',
    script: 'void 0',
    pages: [
      { path: '/', render: ({ q, page, host }) => `<!doctype html>${JSON.stringify({ q, page, host })}` },
      { path: '/things/:id', render: ({ id }) => (id === 'a/b' ? '<!doctype html>a/b' : undefined) },
    ],
    api: [
      { path: '/api/v1/status', read: () => ({ at: null }) },
      { path: '/api/v1/things/:id', read: ({ id }) => (id === 'a/b' ? { id } : undefined) },
    ],
    notFound: (path) => `<!doctype html>no ${path}`,
    failed: () => '<!doctype html>failed',
    onFailure: () => undefined,
    ...changes,
  }
}
