import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { accessLog } from '../../src/connectors/access-log/connector.ts'
import type { Connector } from '../../src/connectors/connector.ts'
import { keycloak } from '../../src/connectors/keycloak/connector.ts'
import { kubernetesAudit } from '../../src/connectors/kubernetes-audit/connector.ts'
import { postgresql } from '../../src/connectors/postgresql/connector.ts'
import { captured } from '../support/captured.ts'
import { expectLogToTell } from '../support/issuers/agreement.ts'
import { countedBy } from '../support/issuers/counted.ts'
import { figuresOf } from '../support/issuers/figures.ts'
import { recordings } from '../support/issuers/recording.ts'
import { Workspace } from '../support/workspace.ts'

const connectors: Readonly<Record<string, Connector>> = {
  keycloak,
  kubernetes: kubernetesAudit,
  nginx: accessLog,
  postgresql,
}
const page = readFileSync(new URL('../../docs/issuers.md', import.meta.url), 'utf8')

describe('what real issuers wrote', () => {
  it('is there for each of them', () => {
    expect(recordings().map(({ name }) => name)).toEqual(Object.keys(connectors))
  })

  it.each(recordings())(
    '$name: has an event for all that was asked, and no other',
    ({ name, log, asked }) => {
      const connector = connectors[name]
      if (connector === undefined) throw new Error(`no connector for ${name}`)
      expectLogToTell(connector, log, asked)
    },
  )

  it.each(recordings())('$name: is judged as it was asked', async ({ log, asked }) => {
    using folder = new Workspace()
    const { out } = await captured(['replay', folder.write('log.ndjson', log), '-o', 'json'])
    const { records, indicators } = JSON.parse(out)
    expect(records).toMatchObject({ duplicates: 0, late: 0, rejected: 0 })
    const { issuance, auth } = countedBy(asked.flatMap(({ events }) => events))
    expect(indicators).toContainEqual({ id: 'token-issuance', ...issuance })
    expect(indicators).toContainEqual({ id: 'service-auth', ...auth })
  })

  it.each(recordings())('$name: has its figures in docs/issuers.md', ({ name, asked }) => {
    expect(page).toContain(figuresOf(name, asked))
  })

  it.each(recordings())('$name: holds no token', ({ log }) => {
    expect(Buffer.from(log).toString()).not.toMatch(/eyJ[\w-]{10}/)
  })
})
