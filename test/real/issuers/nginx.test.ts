import { describe, it } from 'vitest'
import { accessLog } from '../../../src/connectors/access-log/connector.ts'
import { expectAgreement, Run } from '../../support/issuers/agreement.ts'
import { absence, driveLimitMs } from '../../support/issuers/build.ts'
import { Nginx } from '../../support/issuers/nginx.ts'
import { askNginx, askNginxWithoutAuthorizer, verdicts } from '../../support/issuers/nginx-drive.ts'
import { asItIs, record } from '../../support/issuers/recording.ts'
import { Truth } from '../../support/issuers/truth.ts'
import { Workspace } from '../../support/workspace.ts'

const absent = absence({ nginx: 'nginx-light' })

describe.skipIf(absent !== '')(`nginx with auth_request${absent}`, { timeout: driveLimitMs }, () => {
  it('is counted as it was asked, through a kill in the middle', async () => {
    using folder = new Workspace()
    const truth = new Truth()
    await using nginx = await Nginx.start(folder, verdicts)
    await using run = await Run.start(folder, { sources: { files: [{ path: nginx.log }] } })
    await askNginx(nginx, truth)
    await run.restart()
    await askNginxWithoutAuthorizer(nginx, truth)
    await nginx.stop()
    const log = await expectAgreement(run, accessLog, nginx.log, truth.asked)
    record('nginx', log, truth.asked, asItIs)
  })
})
