import { beforeAll, describe, expect, it } from 'vitest'
import { kubernetesAudit } from '../../../src/connectors/kubernetes-audit/connector.ts'
import { expectAgreement, Run } from '../../support/issuers/agreement.ts'
import { absence, buildLimitMs, driveLimitMs } from '../../support/issuers/build.ts'
import { Kubernetes, kubernetesBinaries } from '../../support/issuers/kubernetes.ts'
import { askToken, users, usesOfIssuedTokens } from '../../support/issuers/kubernetes-drive.ts'
import { issue, setUp } from '../../support/issuers/kubernetes-issuing.ts'
import { podBound, revoke } from '../../support/issuers/kubernetes-revoking.ts'
import { escalate, present } from '../../support/issuers/kubernetes-using.ts'
import { kubernetesShortening, record } from '../../support/issuers/recording.ts'
import { Truth } from '../../support/issuers/truth.ts'
import { freePort } from '../../support/server-process.ts'
import { Workspace } from '../../support/workspace.ts'

const absent = absence({ go: 'golang-go' })

describe.skipIf(absent !== '')(`kube-apiserver${absent}`, { timeout: driveLimitMs }, () => {
  beforeAll(kubernetesBinaries, buildLimitMs)

  it('is counted as it was asked, by its audit webhook, through a kill in the middle', async () => {
    using folder = new Workspace()
    const truth = new Truth()
    const port = await freePort()
    await using run = await Run.start(folder, { listen: { port } })
    await using kubernetes = await Kubernetes.start(folder, `http://127.0.0.1:${port}`, users)
    await setUp(kubernetes, truth)
    const token = await askToken(kubernetes, truth, 'checkout')
    await issue(kubernetes, truth, token)
    await run.kill()
    await present(kubernetes, truth, token)
    await run.restart()
    await escalate(kubernetes, truth)
    await podBound(kubernetes, truth)
    await revoke(kubernetes, truth, token)
    const log = await expectAgreement(run, kubernetesAudit, kubernetes.log, truth.asked)
    const metrics = await run.instance.metrics()
    expect(metrics.sum('identity_token_age_seconds_count')).toBe(usesOfIssuedTokens(truth.asked))
    // The access key: whoever reads it has a token of its own. A database's password is no such fallback.
    expect(metrics.sum('identity_secret_fallback_total')).toBe(1)
    record('kubernetes', log, truth.asked, kubernetesShortening)
  })
})
