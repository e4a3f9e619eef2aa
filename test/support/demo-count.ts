/** A plain count of what is in the demo's logs, independent of the generator and of the project's own code. */
import { at, documentsIn, type Json, listAt, sift, Tally, textAt } from './demo-logs.ts'

/** Which application an identity belongs to, by the demo's naming alone. */
function appOf(name: string): string {
  const apps = ['checkout', 'payments', 'catalog', 'reporting', 'ci']
  return apps.find((app) => new RegExp(`(^|[-/:])${app}([-/:]|$)`).test(name)) ?? 'unowned'
}

export interface Delivery {
  readonly files: number
  readonly records: number
  readonly duplicates: number
  readonly late: number
  readonly malformedLines: number
  readonly brokenRecords: number
}

function milliseconds(record: Json, key: string): number {
  const written = textAt(record, key)
  return Date.parse(`${written.slice(0, 23)}Z`) + Number(written.slice(23, 26)) / 1000
}

export class PlainCount {
  readonly issuance = {
    provider: new Tally(),
    app: new Tally(),
    both: new Tally(),
    failures: new Map<string, number>(),
  }
  readonly use = { log: new Tally(), both: new Tally() }
  readonly latency = new Tally()
  readonly askers = new Set<string>()
  readonly #logs: URL

  constructor(logs: URL) {
    this.#logs = logs
  }

  #issued(provider: string, name: string, failure: string): void {
    const verdict = failure === '' ? 'good' : 'bad'
    this.issuance.provider.add(provider, verdict)
    this.issuance.app.add(appOf(name), verdict)
    this.issuance.both.add(`${provider}/${appOf(name)}`, verdict)
    const code = `${provider}/${failure}`
    if (failure !== '') this.issuance.failures.set(code, (this.issuance.failures.get(code) ?? 0) + 1)
    this.askers.add(`${provider}/${name}`)
  }

  #used(log: string, name: string, verdict: 'good' | 'bad' | 'excluded'): void {
    this.use.log.add(log, verdict)
    this.use.both.add(`${log}/${appOf(name)}`, verdict)
  }

  /** A 401 for an expired token is a rotation if the same identity succeeds at the same vault within 30 s. */
  #vaultCalls(calls: readonly Json[]): void {
    const placeOf = (call: Json): string =>
      `${textAt(call, 'identity', 'claim', 'oid')} ${textAt(call, 'resourceId')}`
    const successes = calls.filter((call) => at(call, 'properties', 'httpStatusCode') === 200)
    const isRotation = (refused: Json): boolean =>
      successes.some((success) => {
        const after = Date.parse(textAt(success, 'time')) - Date.parse(textAt(refused, 'time'))
        return after > 0 && after <= 30_000 && placeOf(success) === placeOf(refused)
      })
    for (const call of calls) {
      const name = textAt(call, 'identity', 'claim', 'xms_mirid').split('/').at(-1) ?? ''
      const status = at(call, 'properties', 'httpStatusCode')
      if (status === 200) this.#used('key-vault', name, 'good')
      else this.#used('key-vault', name, status === 401 && isRotation(call) ? 'excluded' : 'bad')
    }
  }

  azure(): Delivery {
    const { files, documents, malformed } = documentsIn(new URL('azure/', this.#logs))
    const all = documents.flatMap((message) => listAt(message, 'records'))
    const records = all.filter((record) => at(record, 'properties') !== null)
    const idOf = (record: Json): string =>
      [
        textAt(record, 'category'),
        textAt(record, 'properties', 'id'),
        textAt(record, 'correlationId'),
        textAt(record, 'resultType'),
      ].join(' ')
    const timeOf = (record: Json): string =>
      textAt(record, 'properties', 'createdDateTime') || textAt(record, 'time')
    const { unique, duplicates, late } = sift(records, idOf, timeOf)
    for (const record of unique) {
      if (!textAt(record, 'category').endsWith('SignInLogs')) continue
      const code = textAt(record, 'properties', 'status', 'errorCode')
      this.#issued('azure', textAt(record, 'properties', 'servicePrincipalName'), code === '0' ? '' : code)
    }
    this.#vaultCalls(unique.filter((record) => at(record, 'category') === 'AuditEvent'))
    const brokenRecords = all.length - records.length
    return { files, records: records.length, duplicates, late, malformedLines: malformed, brokenRecords }
  }

  aws(): Delivery {
    const { files, documents, malformed } = documentsIn(new URL('aws/', this.#logs))
    const records = documents.flatMap((document) => listAt(document, 'Records'))
    const { unique, duplicates, late } = sift(
      records,
      (record) => textAt(record, 'eventID'),
      (record) => textAt(record, 'eventTime'),
    )
    for (const record of unique) {
      const failure = textAt(record, 'errorCode')
      const source = textAt(record, 'eventSource')
      if (source === 'sts.amazonaws.com') {
        const message = textAt(record, 'errorMessage').split('on resource: ')[1] ?? ''
        const role = textAt(record, 'requestParameters', 'roleArn') || message
        this.#issued('aws', role.split('/').at(-1) ?? '', failure)
      } else if (at(record, 'userIdentity', 'type') === 'AssumedRole' && source !== 'iam.amazonaws.com') {
        const role = textAt(record, 'userIdentity', 'sessionContext', 'sessionIssuer', 'userName')
        this.#used('cloudtrail', role, failure === '' ? 'good' : 'bad')
      }
    }
    return { files, records: records.length, duplicates, late, malformedLines: malformed, brokenRecords: 0 }
  }

  #kubernetesEvent(event: Json): void {
    const code = Number(textAt(event, 'responseStatus', 'code'))
    if (at(event, 'stage') !== 'ResponseComplete') return
    if (at(event, 'objectRef', 'subresource') === 'token') {
      const name = `system:serviceaccount:${textAt(event, 'objectRef', 'namespace')}:${textAt(event, 'objectRef', 'name')}`
      this.#issued('kubernetes', name, code === 201 ? '' : String(code))
      const ms = milliseconds(event, 'stageTimestamp') - milliseconds(event, 'requestReceivedTimestamp')
      if (code === 201) this.latency.add('kubernetes within 200 ms', ms <= 200 ? 'good' : 'bad')
      return
    }
    const user = textAt(event, 'user', 'username')
    const isChange = at(event, 'objectRef', 'resource') === 'rolebindings'
    if (user.startsWith('system:serviceaccount:') && !isChange)
      this.#used('kubernetes-audit', user, code === 401 || code === 403 ? 'bad' : 'good')
  }

  kubernetes(): Delivery {
    const { files, documents, malformed } = documentsIn(new URL('kubernetes/', this.#logs))
    const records = documents.filter((event) => at(event, 'auditID') !== null)
    const { unique, duplicates, late } = sift(
      records,
      (event) => `${textAt(event, 'auditID')} ${textAt(event, 'stage')}`,
      (event) => textAt(event, 'stageTimestamp'),
    )
    for (const event of unique) this.#kubernetesEvent(event)
    const brokenRecords = documents.length - records.length
    return { files, records: records.length, duplicates, late, malformedLines: malformed, brokenRecords }
  }
}
