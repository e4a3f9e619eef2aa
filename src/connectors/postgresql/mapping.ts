/** Lines about who may connect, and what a role may do, as uses of a credential at the database. */
import type { Identity, TokenUse } from '../../events/event.ts'
import { faultOf } from '../../events/fault.ts'
import { reject } from '../../events/rejection.ts'
import type { JsonObject, Mapped } from '../connector.ts'
import { namedIdentity } from '../named-identity.ts'
import {
  authenticationFailures,
  causes,
  codesByWords,
  credentialTypes,
  providersAccounts,
  unexplained,
  type Verdict,
  verdicts,
} from './codes.ts'
import { type Line, readLine } from './line.ts'

const aboutOthers = reject(
  'not_relevant',
  'a line about something other than who may connect and what a role may do',
)
const authenticated = reject(
  'not_terminal',
  'an authentication that was good: the line that authorises (or refuses) the connection counts',
)
const ownAccount = reject('not_relevant', "a connection of the managed database's own account")

/** `undefined` for what is no matter of identity: syntax, conflicts, a database that is not there. */
function verdictOf(line: Line, code: string): Verdict | undefined {
  const verdict = verdicts[code]
  if (code === '28P01' || code === '28000')
    return causes.find(({ text }) => line.message.includes(text) || line.detail.includes(text)) ?? verdict
  if (verdict !== undefined || !line.endsAuthentication) return verdict
  return authenticationFailures[code] ?? unexplained
}

function codeOf(line: Line): string | undefined {
  return line.code ?? codesByWords.find(({ text }) => line.message.includes(text))?.code
}

/** On Cloud SQL service accounts are roles without the end of their address: `name@project.iam`. */
function identityOf(user: string | undefined, server: string): Identity {
  // A server that is full or starting refuses before anybody has said who they are.
  if (user === undefined) return { id: 'unknown', type: 'unknown', tenant: server }
  const account = user.endsWith('.iam') ? namedIdentity(`${user}.gserviceaccount.com`) : undefined
  if (account !== undefined) return account.identity
  if (user.includes('@')) return { id: user, type: 'user', tenant: server }
  return { id: user, name: user, type: 'unknown', tenant: server }
}

function useOf(line: Line, verdict?: Verdict, code?: string): TokenUse {
  return {
    kind: 'token.use',
    id: line.id,
    time: line.time,
    provider: 'postgresql',
    source: 'postgresql',
    layer: 'data',
    identity: identityOf(line.user, line.server),
    app: '',
    outcome: verdict === undefined ? 'success' : 'failure',
    reason: verdict?.reason,
    fault: verdict === undefined ? undefined : faultOf[verdict.reason],
    code,
    service: 'postgresql',
    resource: line.database,
    decision: verdict?.decision ?? 'allowed',
    credentialType: credentialTypes.find(({ text }) => line.message.includes(text))?.type,
  }
}

function isAuthorisation(message: string): boolean {
  return (
    message.startsWith('connection authorized: ') || message.startsWith('replication connection authorized: ')
  )
}

function mapFailure(line: Line): Mapped {
  const code = codeOf(line)
  const verdict = code === undefined ? undefined : verdictOf(line, code)
  if (verdict === undefined || code === undefined) return aboutOthers
  return [useOf(line, verdict, code)]
}

export function map(record: JsonObject): Mapped {
  const line = readLine(record)
  if ('reason' in line) return line
  if (line.user !== undefined && providersAccounts.has(line.user)) return ownAccount
  if (line.isFailure) return mapFailure(line)
  if (line.message.startsWith('connection authenticated: ')) return authenticated
  if (!isAuthorisation(line.message)) return aboutOthers
  if (line.user === undefined)
    return reject('missing_field', 'user is missing: expected the role that connected')
  return [useOf(line)]
}
