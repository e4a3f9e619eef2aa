/**
 * CloudTrail's AssumeRole, by services and from another account, and AssumeRoleWithWebIdentity, in the shorter form
 * of event version 1.05. Session tokens are redacted, as many pipelines do.
 */
import type { Clock, Entropy, Moment } from './entropy.ts'

const account = '111122223333'
const otherAccount = '444455556666'
const github = 'token.actions.githubusercontent.com'

const services = ['lambda', 'ec2', 'ecs-tasks', 'glue', 'states'] as const

const agents = ['aws-sdk-go/1.55.5', 'aws-sdk-java/2.28', 'Boto3/1.35.14', 'aws-sdk-js/3.654.0'] as const

interface Role {
  readonly name: string
  readonly arn: string
  readonly id: string
  readonly kind: 'service' | 'role' | 'web'
  readonly service: string
}

const kinds = ['service', 'service', 'role', 'web'] as const

function role(index: number, entropy: Entropy): Role {
  const name = `job-${index}`
  return {
    name,
    arn: `arn:aws:iam::${account}:role/app-${index % 40}/${name}`,
    id: `AROA${entropy.letters(18).slice(0, 17)}`,
    kind: kinds[index % kinds.length] ?? 'service',
    service: services[index % services.length] ?? 'lambda',
  }
}

export class CloudTrailTemplate {
  readonly #entropy: Entropy
  readonly #clock: Clock
  readonly #roles: readonly [Role, ...Role[]]

  constructor(entropy: Entropy, clock: Clock, roles: number) {
    this.#entropy = entropy
    this.#clock = clock
    this.#roles = [role(0, entropy), ...Array.from({ length: roles - 1 }, (_, i) => role(i + 1, entropy))]
  }

  /** A refused call has no parameters: the role is in the message alone. Services are not refused here. */
  record(moment: Moment, fails: boolean): string {
    let chosen = this.#entropy.skewed(this.#roles)
    while (fails && chosen.kind !== 'role') chosen = this.#entropy.skewed(this.#roles)
    if (chosen.kind === 'service') return this.#delivered(chosen, moment)
    if (chosen.kind === 'web') return this.#federated(chosen, moment)
    return fails ? this.#refused(chosen, moment) : this.#chained(chosen, moment)
  }

  #key(): string {
    return `"accessKeyId":"ASIA${this.#entropy.letters(16)}"`
  }

  #credentials(moment: Moment, seconds: number): string {
    const expiration = this.#clock.toExpiry(moment, seconds)
    return `"credentials":{${this.#key()},"sessionToken":"***","expiration":"${expiration}"}`
  }

  #head(moment: Moment, user: string, event: string): string {
    return (
      `{"eventVersion":"1.05","userIdentity":{${user}},"eventTime":"${this.#clock.toSecond(moment)}Z",` +
      `"eventSource":"sts.amazonaws.com","eventName":"${event}","awsRegion":"eu-west-1",`
    )
  }

  #tail(arn: string, isShared: boolean): string {
    const entropy = this.#entropy
    const resource = `"resources":[{"ARN":"${arn}","accountId":"${account}","type":"AWS::IAM::Role"}],`
    const shared = isShared ? `,"sharedEventID":"${entropy.guid()}"` : ''
    return (
      `"requestID":"${entropy.guid()}","eventID":"${entropy.guid()}",${arn === '' ? '' : resource}` +
      `"eventType":"AwsApiCall","recipientAccountId":"${account}"${shared}}\n`
    )
  }

  #client(): string {
    const ip = `192.0.2.${1 + this.#entropy.below(254)}`
    return `"sourceIPAddress":"${ip}","userAgent":"${this.#entropy.pick(agents)}",`
  }

  #delivered({ arn, service }: Role, moment: Moment): string {
    const host = `${service}.amazonaws.com`
    return (
      this.#head(moment, `"type":"AWSService","invokedBy":"${host}"`, 'AssumeRole') +
      `"sourceIPAddress":"${host}","userAgent":"${host}",` +
      `"requestParameters":{"roleArn":"${arn}","roleSessionName":"i-0${this.#entropy.below(900_000_000) + 100_000_000}"},` +
      `"responseElements":{${this.#credentials(moment, 21_600)}},` +
      this.#tail(arn, true)
    )
  }

  #federated({ name, arn }: Role, moment: Moment): string {
    const subject = `repo:acme/${name}:ref:refs/heads/main`
    const provider = `arn:aws:iam::${account}:oidc-provider/${github}`
    const user = `"type":"WebIdentityUser","userName":"${subject}","identityProvider":"${provider}"`
    return (
      this.#head(moment, user, 'AssumeRoleWithWebIdentity') +
      this.#client() +
      `"requestParameters":{"roleArn":"${arn}","roleSessionName":"${name}"},` +
      `"responseElements":{"subjectFromWebIdentityToken":"${subject}",${this.#credentials(moment, 3600)}},` +
      this.#tail('', false)
    )
  }

  /** The role's own account sees of a caller from elsewhere only who it is. */
  #chained({ arn, name }: Role, moment: Moment): string {
    const caller = this.#entropy.skewed(this.#roles)
    const user = `"type":"AWSAccount","principalId":"${caller.id}:r","accountId":"${otherAccount}"`
    return (
      this.#head(moment, user, 'AssumeRole') +
      this.#client() +
      `"requestParameters":{"roleArn":"${arn}","roleSessionName":"${name}"},` +
      `"responseElements":{${this.#credentials(moment, 3600)}},` +
      this.#tail(arn, true)
    )
  }

  #refused({ arn }: Role, moment: Moment): string {
    const caller = this.#entropy.skewed(this.#roles)
    const session = `arn:aws:sts::${account}:assumed-role/${caller.name}/r`
    const issuer = `"type":"Role","arn":"${caller.arn}"`
    const user =
      `"type":"AssumedRole","principalId":"${caller.id}:r","arn":"${session}",` +
      `${this.#key()},"sessionContext":{"sessionIssuer":{${issuer}}}`
    return (
      this.#head(moment, user, 'AssumeRole') +
      this.#client() +
      `"errorCode":"AccessDenied","errorMessage":"User: ${session} is not authorized to perform: ` +
      `sts:AssumeRole on resource: ${arn}","requestParameters":null,"responseElements":null,` +
      this.#tail('', false)
    )
  }
}
