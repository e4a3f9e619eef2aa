import { join } from 'node:path'
import { describe, it } from 'vitest'
import { postgresql as connector } from '../../../src/connectors/postgresql/connector.ts'
import { expectAgreement, Run } from '../../support/issuers/agreement.ts'
import { absence, driveLimitMs } from '../../support/issuers/build.ts'
import { Postgresql, postgresqlProgram } from '../../support/issuers/postgresql.ts'
import { askPostgresql, askPostgresqlAfterRemoval } from '../../support/issuers/postgresql-drive.ts'
import { postgresqlShortening, record } from '../../support/issuers/recording.ts'
import { Truth } from '../../support/issuers/truth.ts'
import { Workspace } from '../../support/workspace.ts'

const absent = absence({ psql: 'postgresql' }) || absence({ [postgresqlProgram()]: 'postgresql' })

describe.skipIf(absent !== '')(`PostgreSQL${absent}`, { timeout: driveLimitMs }, () => {
  it('is counted as it was asked, through a kill in the middle', async () => {
    using folder = new Workspace()
    const truth = new Truth()
    await using postgresql = await Postgresql.start(folder)
    const path = join(postgresql.logs, 'postgresql.json')
    await using run = await Run.start(folder, { sources: { files: [{ path }] } })
    askPostgresql(postgresql, truth)
    await run.restart()
    askPostgresqlAfterRemoval(postgresql, truth)
    await postgresql.stop()
    const log = await expectAgreement(run, connector, path, truth.asked)
    record('postgresql', log, truth.asked, postgresqlShortening)
  })
})
