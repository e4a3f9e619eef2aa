import { beforeAll, describe, it } from 'vitest'
import { keycloak as connector } from '../../../src/connectors/keycloak/connector.ts'
import { expectAgreement, Run } from '../../support/issuers/agreement.ts'
import { absence, buildLimitMs, driveLimitMs } from '../../support/issuers/build.ts'
import { Keycloak, keycloakDistribution } from '../../support/issuers/keycloak.ts'
import { KeycloakDrive } from '../../support/issuers/keycloak-drive.ts'
import { keycloakShortening, record } from '../../support/issuers/recording.ts'
import { Truth } from '../../support/issuers/truth.ts'
import { Workspace } from '../../support/workspace.ts'

const absent = absence({ java: 'default-jre-headless', mvn: 'maven' })

describe.skipIf(absent !== '')(`Keycloak${absent}`, { timeout: driveLimitMs }, () => {
  beforeAll(keycloakDistribution, buildLimitMs)

  it('is counted as it was asked, through a kill in the middle', async () => {
    using folder = new Workspace()
    const truth = new Truth()
    await using keycloak = await Keycloak.start(folder)
    await using run = await Run.start(folder, { sources: { files: [{ path: keycloak.log }] } })
    const drive = new KeycloakDrive(keycloak, truth)
    await drive.setUp()
    await drive.grants()
    await run.kill()
    await drive.refreshes()
    await run.restart()
    await drive.uses()
    await drive.changes()
    const log = await expectAgreement(run, connector, keycloak.log, truth.asked)
    record('keycloak', log, truth.asked, keycloakShortening)
  })
})
