/** Fault 28, what test/app/canary.test.ts leaves over: secrets in the state on disk and in the log of a process. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { fixtureDocuments, withFields } from '../support/fixture-records.ts'
import { Instance } from '../support/instance.ts'
import { apiCall, morning, tokenRequest } from '../support/records.ts'
import { linesOf, Workspace } from '../support/workspace.ts'

const planted = Object.fromEntries(
  ['access_token', 'client_secret', 'sessionToken', 'SecretString', 'password', 'Authorization', 'mail'].map(
    (field) => [field, `CANARY-${field}-eyJhbGciOi.J9.sig`],
  ),
)

const people = [
  apiCall({ id: 'p1', time: morning, username: 'canary.person@example.com', code: 403 }),
  tokenRequest({ id: 'p2', time: morning }),
]

it('nothing that is planted in records, good or bad, is in the state or the log', async () => {
  using workspace = new Workspace()
  const records = [...fixtureDocuments().map(({ document }) => document), ...people].map(
    (record) => withFields(record, planted) as object,
  )
  workspace.writeRecords('logs/a.ndjson', records)
  workspace.write('logs/b.ndjson', '{"cut": "CANARY-off\n{"a":"CANARY"}\nCANARY no JSON\n')
  workspace.write('logs/c.json.gz', Buffer.from('\u001f\u008bCANARY', 'latin1'))
  workspace.write('token', 'CANARY-token-of-the-webhook')
  await using running = await Instance.start(workspace, {
    sources: { files: [{ path: 'logs' }], webhook: { tokens: [`\${file:token}`] } },
    state: { folder: 'state' },
    log: { level: 'trace' },
  })
  await running.read(records.length)
  for (const headers of [{}, { authorization: 'Bearer CANARY-guess' }])
    expect((await running.send(linesOf(records), headers)).status).toBe(401)
  const known = { authorization: 'Bearer CANARY-token-of-the-webhook' }
  expect((await running.send(linesOf(records), known)).status).toBe(200)
  await running.kill()
  const names = readdirSync(workspace.at('state'))
  expect(names).toContain('state.db-wal')
  const written = names.map((name) => readFileSync(workspace.at(`state/${name}`), 'latin1')).join('')
  expect(written.length).toBeGreaterThan(10_000)
  for (const text of [written, running.out, running.err])
    expect(text.match(/.{0,40}canary.{0,40}/gi) ?? []).toEqual([])
})
