/** What is asked of PostgreSQL: connections that are let in and refused, each for its own reason. */
import type { Answer, Postgresql } from './postgresql.ts'
import type { Essence, Truth } from './truth.ts'

interface Connection {
  readonly what: string
  readonly role: string
  readonly database?: string
  readonly password?: string
  readonly statement?: string
  /** Part of what the client is told; empty on success. */
  readonly answer: string
  readonly events: readonly Essence[]
  readonly difference?: string
}

function use(role: string, failure?: Pick<Essence, 'decision' | 'reason'>): Essence {
  const base = { kind: 'token.use', identity: role, type: 'unknown', service: 'postgresql' } as const
  if (failure === undefined) return { ...base, outcome: 'success', decision: 'allowed' }
  return { ...base, outcome: 'failure', ...failure }
}

function refused(
  role: string,
  reason: Essence['reason'],
  decision: Essence['decision'] = 'unauthenticated',
): Essence {
  return use(role, { decision, reason })
}

/** Roles, databases and rights; all as the superuser, in one connection for each database. */
const setUp: readonly (readonly [database: string, statements: readonly string[]])[] = [
  ['postgres', ['CREATE DATABASE orders']],
  ['postgres', ['CREATE DATABASE archive']],
  [
    'orders',
    [
      "CREATE ROLE checkout LOGIN PASSWORD 'p-checkout'",
      "CREATE ROLE reports LOGIN PASSWORD 'p-reports'",
      "CREATE ROLE nightly LOGIN PASSWORD 'p-nightly' VALID UNTIL '2020-01-01'",
      'CREATE ROLE fresh LOGIN',
      "CREATE ROLE parked NOLOGIN PASSWORD 'p-parked'",
      "CREATE ROLE crowded LOGIN PASSWORD 'p-crowded' CONNECTION LIMIT 0",
      "CREATE ROLE legacy LOGIN PASSWORD 'p-legacy'",
      'CREATE TABLE ledger (amount int)',
      'GRANT SELECT ON ledger TO reports',
      'REVOKE CONNECT ON DATABASE archive FROM PUBLIC',
    ],
  ],
]

const connections: readonly Connection[] = [
  {
    what: 'A role connects with its password.',
    role: 'checkout',
    password: 'p-checkout',
    answer: '',
    events: [use('checkout')],
  },
  {
    what: 'A role reads a table that it may read.',
    role: 'reports',
    password: 'p-reports',
    statement: 'SELECT count(*) FROM ledger',
    answer: '',
    events: [use('reports')],
  },
  {
    what: 'A role reads a table that it may not read.',
    role: 'checkout',
    password: 'p-checkout',
    statement: 'SELECT count(*) FROM ledger',
    answer: 'permission denied for table ledger',
    events: [use('checkout'), refused('checkout', 'permission_denied', 'forbidden')],
  },
  {
    what: 'A role connects and makes a mistake in its statement.',
    role: 'checkout',
    password: 'p-checkout',
    statement: 'SELEKT',
    answer: 'syntax error',
    events: [use('checkout')],
  },
  {
    what: 'A role has the wrong password.',
    role: 'checkout',
    password: 'p-former',
    answer: 'password authentication failed',
    events: [refused('checkout', 'credential_invalid')],
  },
  {
    what: 'A role that does not exist connects.',
    role: 'ghost',
    password: 'p-ghost',
    answer: 'password authentication failed',
    events: [refused('ghost', 'identity_not_found')],
  },
  {
    what: 'A role connects whose password has expired.',
    role: 'nightly',
    password: 'p-nightly',
    answer: 'password authentication failed',
    events: [refused('nightly', 'credential_expired')],
  },
  {
    what: 'A role connects that has never been given a password.',
    role: 'fresh',
    password: 'p-fresh',
    answer: 'password authentication failed',
    events: [refused('fresh', 'misconfigured_caller')],
  },
  {
    what: 'A client is asked for a password and has none.',
    role: 'checkout',
    answer: 'no password supplied',
    events: [],
    difference:
      'a client that leaves when it is asked for its password is in no line but "connection received"',
  },
  {
    what: 'A role connects that may not log in.',
    role: 'parked',
    password: 'p-parked',
    answer: 'is not permitted to log in',
    events: [use('parked'), refused('parked', 'identity_disabled', 'forbidden')],
    difference: 'authorised first and refused then: two lines, which both count',
  },
  {
    what: 'A role connects that has all its connections already.',
    role: 'crowded',
    password: 'p-crowded',
    answer: 'too many connections for role',
    events: [use('crowded'), refused('crowded', 'throttled', 'allowed')],
    difference: 'authorised first and refused then: two lines, which both count',
  },
  {
    what: 'A role connects that pg_hba.conf rejects.',
    role: 'legacy',
    password: 'p-legacy',
    answer: 'pg_hba.conf rejects connection',
    events: [refused('legacy', 'policy_denied', 'forbidden')],
  },
  {
    what: 'A role connects to a database that no line of pg_hba.conf is about.',
    role: 'checkout',
    database: 'template1',
    password: 'p-checkout',
    answer: 'no pg_hba.conf entry',
    events: [refused('checkout', 'policy_denied', 'forbidden')],
  },
  {
    what: 'A role connects to a database that it may not connect to.',
    role: 'checkout',
    database: 'archive',
    password: 'p-checkout',
    answer: 'permission denied for database',
    events: [use('checkout'), refused('checkout', 'permission_denied', 'forbidden')],
    difference: 'authorised first and refused then: two lines, which both count',
  },
]

/** Asked when `checkout` was dropped. */
const afterwards: readonly Connection[] = [
  {
    what: 'A role connects after it was removed.',
    role: 'checkout',
    password: 'p-checkout',
    answer: 'password authentication failed',
    events: [refused('checkout', 'identity_not_found')],
  },
  {
    what: 'Another role connects all the same.',
    role: 'reports',
    password: 'p-reports',
    answer: '',
    events: [use('reports')],
  },
]

function answerOf({ isAllowed, message }: Answer): string {
  return isAllowed
    ? 'connected'
    : (message.split('\n').find((line) => /FATAL|ERROR|fe_send/.test(line)) ?? message)
}

function ask(postgresql: Postgresql, truth: Truth, connection: Connection): void {
  const {
    what,
    role,
    database = 'orders',
    statement = 'SELECT 1',
    password,
    answer,
    events,
    difference,
  } = connection
  const answered = postgresql.connect(role, database, statement, password)
  if (answered.isAllowed !== (answer === '') || !answered.message.includes(answer))
    throw new Error(`${what} Answered: ${answered.message}`)
  truth.note(what, answer === '' ? 'connected' : answer, events, difference)
}

function administrate(
  postgresql: Postgresql,
  truth: Truth,
  database: string,
  statements: readonly string[],
): void {
  const answered = postgresql.connect('postgres', database, statements.join('; '))
  if (!answered.isAllowed) throw new Error(answerOf(answered))
  truth.note('The administrator connects.', 'connected', [use('postgres')])
}

export function askPostgresql(postgresql: Postgresql, truth: Truth): void {
  for (const [database, statements] of setUp) administrate(postgresql, truth, database, statements)
  for (const connection of connections) ask(postgresql, truth, connection)
}

export function askPostgresqlAfterRemoval(postgresql: Postgresql, truth: Truth): void {
  administrate(postgresql, truth, 'orders', ['DROP ROLE checkout'])
  for (const connection of afterwards) ask(postgresql, truth, connection)
}
