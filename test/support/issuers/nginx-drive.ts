/** What is asked of nginx: every way in which auth_request lets a call pass, refuses it, or cannot say. */
import type { Nginx, Verdict } from './nginx.ts'
import type { Essence, Truth } from './truth.ts'

const checkout = 'system:serviceaccount:shop:checkout'
const reports = 'spiffe://acme.example/ns/shop/sa/reports'
const person = 'ana@acme.example'

/** What the authorizer thinks of the tokens. */
export const verdicts: ReadonlyMap<string, Verdict> = new Map([
  ['good', { status: 200, principal: checkout }],
  ['good-spiffe', { status: 200, principal: reports }],
  ['good-person', { status: 200, principal: person }],
  ['expired', { status: 401, principal: checkout }],
  ['not-allowed', { status: 403, principal: reports }],
  ['person-not-allowed', { status: 403, principal: person }],
  ['outage', { status: 503 }],
  ['too-many', { status: 429 }],
  ['lost', { status: 404 }],
])

interface Call {
  readonly what: string
  readonly path: string
  readonly token?: string
  readonly answer: number
  readonly patienceMs?: number
  readonly events: readonly Essence[]
  readonly difference?: string
}

function use(identity: string, failure?: Pick<Essence, 'decision' | 'reason'>): Essence {
  const types = { [checkout]: 'service-account', [reports]: 'spiffe', [person]: 'user' } as const
  const type = Object.entries(types).find(([name]) => name === identity)?.[1] ?? 'unknown'
  const service = 'ledger.acme.example'
  if (failure === undefined)
    return { kind: 'token.use', identity, type, outcome: 'success', service, decision: 'allowed' }
  return { kind: 'token.use', identity, type, outcome: 'failure', service, ...failure }
}

const unauthenticated = { decision: 'unauthenticated', reason: 'credential_invalid' } as const
const forbidden = { decision: 'forbidden', reason: 'permission_denied' } as const
const broken = { decision: 'allowed', reason: 'platform_error' } as const
const throttled = { decision: 'allowed', reason: 'throttled' } as const

const nobody = 'unknown'

const calls: readonly Call[] = [
  { what: 'A pod calls.', path: '/200', token: 'good', answer: 200, events: [use(checkout)] },
  {
    what: 'A workload with an SVID calls.',
    path: '/200',
    token: 'good-spiffe',
    answer: 200,
    events: [use(reports)],
  },
  { what: 'A person calls.', path: '/200', token: 'good-person', answer: 200, events: [use(person)] },
  {
    what: 'A pod asks for what is not there.',
    path: '/404',
    token: 'good',
    answer: 404,
    events: [use(checkout)],
  },
  {
    what: 'The application is broken.',
    path: '/500',
    token: 'good',
    answer: 500,
    events: [use(checkout, broken)],
  },
  {
    what: 'The application itself refuses whom the authorizer let pass.',
    path: '/403',
    token: 'good',
    answer: 403,
    events: [use(checkout, forbidden)],
  },
  {
    what: 'A pod calls with an expired token that the authorizer can still read.',
    path: '/200',
    token: 'expired',
    answer: 401,
    events: [use(checkout, unauthenticated)],
  },
  {
    what: 'Somebody calls with a token that nobody knows.',
    path: '/200',
    token: 'bogus',
    answer: 401,
    events: [use(nobody, unauthenticated)],
  },
  {
    what: 'Somebody calls without a token.',
    path: '/200',
    answer: 401,
    events: [use(nobody, unauthenticated)],
  },
  {
    what: 'A workload calls what it may not.',
    path: '/200',
    token: 'not-allowed',
    answer: 403,
    events: [use(reports, forbidden)],
  },
  {
    what: 'A person calls what they may not.',
    path: '/200',
    token: 'person-not-allowed',
    answer: 403,
    events: [use(person, forbidden)],
  },
  {
    what: 'The authorizer has an outage.',
    path: '/200',
    token: 'outage',
    answer: 500,
    events: [use(nobody, broken)],
    difference: 'an authorizer that fails names nobody: counted for the identity unknown',
  },
  {
    what: 'The authorizer is asked too often.',
    path: '/200',
    token: 'too-many',
    answer: 500,
    events: [use(nobody, throttled)],
    difference: 'an authorizer that fails names nobody: counted for the identity unknown',
  },
  {
    what: 'The authorizer is not where it is looked for.',
    path: '/200',
    token: 'lost',
    answer: 500,
    events: [use(nobody, broken)],
    difference: 'an authorizer that fails names nobody: counted for the identity unknown',
  },
  { what: 'Anybody reads a public page.', path: '/public', token: 'good', answer: 200, events: [] },
  {
    what: 'A pod calls a scarce resource.',
    path: '/scarce',
    token: 'good',
    answer: 200,
    events: [use(checkout)],
  },
  {
    what: 'A pod calls it again, too soon.',
    path: '/scarce',
    token: 'good',
    answer: 429,
    events: [use(nobody, throttled)],
    difference: 'a limit is applied before the authorizer is asked: counted for the identity unknown',
  },
  {
    what: 'A pod goes away before the application answers.',
    path: '/never',
    token: 'good',
    answer: 0,
    patienceMs: 300,
    events: [use(checkout)],
  },
]

const withoutAuthorizer: Call = {
  what: 'A pod calls while the authorizer is gone.',
  path: '/200',
  token: 'good',
  answer: 500,
  events: [use(nobody, broken)],
  difference: 'an authorizer that is gone names nobody: counted for the identity unknown',
}

async function ask(nginx: Nginx, truth: Truth, call: Call): Promise<void> {
  const answer = await nginx.get(call.path, call.token, call.patienceMs)
  if (answer !== call.answer) throw new Error(`${call.what} Answered ${answer}, not ${call.answer}`)
  truth.note(call.what, answer === 0 ? 'none' : `HTTP ${answer}`, call.events, call.difference)
}

/** The first half; the authorizer is still there. */
export async function askNginx(nginx: Nginx, truth: Truth): Promise<void> {
  for (const call of calls) await ask(nginx, truth, call)
}

export async function askNginxWithoutAuthorizer(nginx: Nginx, truth: Truth): Promise<void> {
  await nginx.loseAuthorizer()
  await ask(nginx, truth, withoutAuthorizer)
}
