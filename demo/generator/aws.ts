/** A week of AWS: roles assumed by services, pipelines, pods and other roles, and what their sessions do. */

import { type Random, seededRandom } from '../../src/simulation/random.ts'
import {
  chainedRecord,
  deliveredRecord,
  federatedRecord,
  iamRecord,
  type Refusal,
  type Session,
  serviceRecord,
  sessionArn,
  Trail,
  useRecord,
} from '../../src/simulation/records/cloudtrail.ts'
import { steady } from '../../src/simulation/shapes.ts'
import type { LogRecord } from './delivery.ts'
import * as episodes from './episodes.ts'
import { accountId, deployRole, github, imagesRole, type PlannedRole, region, roles } from './estate-aws.ts'
import { people } from './estate-azure.ts'
import type { Truth } from './truth.ts'
import { at, hour, instants, minute, second } from './week.ts'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Access keys of temporary credentials: `ASIA` and 16 letters and digits. */
function keySeries(): () => string {
  let count = 0
  return () => {
    let key = ''
    for (let rest = count++; key.length < 6; rest = Math.floor(rest / 32)) key = letters[rest % 32] + key
    return `ASIAYACMEDEMO2${key}`
  }
}

/** Sessions of people: the role that IAM Identity Center puts into the account. */
const adminRole: PlannedRole = {
  ...deployRole,
  name: 'AWSReservedSSO_PlatformAdmin_9d2f41c07be3a586',
  arn: `arn:aws:iam::${accountId}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_PlatformAdmin_9d2f41c07be3a586`,
  id: 'AROAYACMEDEMOSSOADMIN',
}

class AwsWeek {
  readonly records: LogRecord[] = []
  readonly #truth: Truth
  readonly #random: Random
  readonly #trail = new Trail(accountId, region)
  readonly #accessKey = keySeries()
  /** The newest session of each role, by role name. */
  readonly #sessions = new Map<string, Session>()

  constructor(truth: Truth, random: Random) {
    this.#truth = truth
    this.#random = random
  }

  run(): void {
    const drafts: { time: number; write: () => void }[] = []
    for (const role of roles) {
      const random = seededRandom(`aws ${role.name}`)
      for (const time of instants(random, role.assumptionsPerHour, role.shape))
        drafts.push({ time, write: () => this.#assume(role, time) })
      for (const time of instants(random, role.use?.perHour ?? 0, role.shape))
        drafts.push({ time, write: () => this.#use(role, time) })
    }
    for (const time of instants(seededRandom('aws services'), 2, steady))
      drafts.push({ time, write: () => this.#serviceCall(time) })
    for (const draft of drafts.sort((a, b) => a.time - b.time)) draft.write()
    this.#changes()
  }

  #session(role: PlannedRole, time: number): Session {
    const accessKeyId = this.#accessKey()
    // CloudTrail has a resolution of one second.
    const created = time - (time % second)
    const names: Readonly<Record<string, string>> = {
      lambda: role.name,
      ec2: `i-0${(role.name.length * 7_368_787).toString(16).padStart(16, 'a')}`,
      'ecs-tasks': `7f3e${role.name.length}b1c9d4a4f0e8c52d6a7b3e1f90c`,
      glue: 'GlueJobRunnerSession',
    }
    if (role.trust.kind === 'service')
      return { role, name: names[role.trust.service] ?? '', accessKeyId, created }
    const isPipeline = role.trust.kind === 'web' && role.trust.provider === github
    return { role, name: isPipeline ? 'GitHubActions' : `${role.name}-session`, accessKeyId, created }
  }

  #assume(role: PlannedRole, time: number): void {
    const { trust } = role
    if (trust.kind === 'service') {
      const session = this.#session(role, time)
      this.#sessions.set(role.name, session)
      this.#truth.issuance('aws', role.app, role.name)
      this.#push(time, deliveredRecord(this.#trail, session, trust.service))
    } else if (trust.kind === 'web') this.#federate(role, trust, time)
    else this.#chain(role, trust.from, time)
  }

  #federate(role: PlannedRole, trust: Extract<PlannedRole['trust'], { kind: 'web' }>, time: number): void {
    const refusal = { code: 'AccessDenied', message: 'An unknown error occurred' }
    if (role === deployRole && episodes.isWithin(time, episodes.trustBroken)) {
      // The pipeline's own retries: it gives up at the fifth.
      for (const delay of [0, 2, 6, 14, 30]) {
        const attempt = time + delay * second
        if (attempt >= episodes.trustBroken[1]) break
        this.#push(attempt, federatedRecord(this.#trail, this.#session(role, attempt), trust, refusal))
        this.#truth.issuance('aws', role.app, role.name, refusal.code)
        this.#truth.episodeFailure('broken trust policy', episodes.trustBroken, 'tokenIssuance')
      }
      return
    }
    let granted = time
    if (this.#random.chance(0.0008)) {
      const passing = {
        code: 'IDPCommunicationError',
        message: 'The identity provider could not be reached to verify the token',
      }
      this.#push(time, federatedRecord(this.#trail, this.#session(role, time), trust, passing))
      this.#truth.issuance('aws', role.app, role.name, passing.code)
      granted = time + episodes.retryDelays[1]
    }
    const session = this.#session(role, granted)
    this.#sessions.set(role.name, session)
    this.#push(granted, federatedRecord(this.#trail, session, trust))
    this.#truth.issuance('aws', role.app, role.name)
  }

  #chain(role: PlannedRole, from: string, time: number): void {
    const caller = this.#alive(from, time)
    if (caller === undefined) return
    const session = this.#session(role, time)
    const message = `User: ${sessionArn(this.#trail, caller.role, caller.name)} is not authorized to perform: sts:AssumeRole on resource: ${role.arn}`
    const refusal: Refusal | undefined = this.#random.chance(0.001)
      ? { code: 'AccessDenied', message }
      : undefined
    if (refusal === undefined) this.#sessions.set(role.name, session)
    this.#push(time, chainedRecord(this.#trail, session, caller, refusal))
    this.#truth.issuance('aws', role.app, role.name, refusal?.code)
  }

  #use(role: PlannedRole, time: number): void {
    const session = this.#alive(role.name, time)
    if (session === undefined || role.use === undefined) return
    const action = `${role.use.source}:${role.use.name}`
    const message = `User: ${sessionArn(this.#trail, role, session.name)} is not authorized to perform: ${action} on this resource because no identity-based policy allows the ${action} action`
    const refusal: Refusal | undefined = this.#random.chance(0.0005)
      ? { code: 'AccessDenied', message }
      : undefined
    this.#push(time, useRecord(this.#trail, session, role.use, time, refusal))
    this.#truth.use('cloudtrail', role.app, refusal ? 'bad' : 'good')
    if (role.use.name === 'GetSecretValue' && !refusal) this.#truth.note('cloudtrail secrets read by a role')
  }

  #alive(name: string, time: number): Session | undefined {
    const session = this.#sessions.get(name)
    return session && time < session.created + session.role.sessionMs ? session : undefined
  }

  #serviceCall(time: number): void {
    this.#push(time, serviceRecord(this.#trail, time))
    this.#truth.note('cloudtrail calls by AWS services about their own business')
  }

  #push(time: number, text: string): void {
    this.records.push({ time, text })
  }

  #changes(): void {
    const [broken, repaired] = episodes.trustBroken
    this.#trustPolicy(broken, 'repo:acme/storefornt:ref:refs/heads/main')
    this.#trustPolicy(repaired, 'repo:acme/storefront:ref:refs/heads/main')
    const time = at('Mon', '13:20:05')
    const session: Session = {
      role: deployRole,
      name: 'GitHubActions',
      accessKeyId: this.#accessKey(),
      created: time - 4 * minute,
    }
    const request = {
      roleName: imagesRole.name,
      policyArn: `arn:aws:iam::${accountId}:policy/catalog-images-read`,
    }
    this.#push(time, iamRecord(this.#trail, session, time, 'AttachRolePolicy', request))
    this.#truth.note('cloudtrail changes made by roles')
    this.#truth.change(
      {
        provider: 'aws',
        what: 'policy catalog-images-read granted',
        holder: imagesRole.name,
        actor: deployRole.name,
        planned: true,
      },
      time,
    )
  }

  /** Sam edits the trust policy of the deployment role by hand. */
  #trustPolicy(time: number, subject: string): void {
    const session: Session = {
      role: adminRole,
      name: people.sam.upn,
      accessKeyId: this.#accessKey(),
      created: time - hour / 2,
    }
    const policyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::${accountId}:oidc-provider/${github}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringEquals: { [`${github}:aud`]: 'sts.amazonaws.com', [`${github}:sub`]: subject } },
        },
      ],
    })
    const request = { roleName: deployRole.name, policyDocument }
    this.#push(time, iamRecord(this.#trail, session, time, 'UpdateAssumeRolePolicy', request))
    this.#truth.change(
      {
        provider: 'aws',
        what: `trust policy now admits ${subject}`,
        holder: deployRole.name,
        actor: people.sam.upn,
        planned: false,
      },
      time,
    )
  }
}

export function awsWeek(truth: Truth): readonly LogRecord[] {
  const week = new AwsWeek(truth, seededRandom('aws'))
  week.run()
  return week.records
}
