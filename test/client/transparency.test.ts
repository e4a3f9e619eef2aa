import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { IdentityTelemetry } from '../../src/client/client.ts'
import { CollectedTelemetry } from '../support/collected-telemetry.ts'
import { StandIn } from '../support/stand-ins/stand-in.ts'

let telemetry: CollectedTelemetry
let identity: IdentityTelemetry

beforeEach(() => {
  telemetry = new CollectedTelemetry()
  identity = new IdentityTelemetry()
})

afterEach(() => {
  identity[Symbol.dispose]()
  telemetry[Symbol.dispose]()
})

/** A credential with a private field, which a proxy or a copy would lose. */
class Credential {
  readonly #token = { token: 'a', expiresOnTimestamp: Date.now() + 3_600_000 }
  calls: unknown[][] = []

  async getToken(...values: unknown[]): Promise<object> {
    this.calls.push(values)
    return this.#token
  }
}

describe('an instrumented credential', () => {
  it('is the same object, with the same class, and gives the same result', async () => {
    const credential = new Credential()
    const instrumented = identity.azure(credential)
    expect(instrumented).toBe(credential)
    expect(instrumented).toBeInstanceOf(Credential)
    expect(Object.keys(instrumented)).toEqual(['calls'])
    expect(await instrumented.getToken('s')).toBe(await instrumented.getToken('s'))
  })

  it('passes on what it is called with, and nothing else', async () => {
    const credential = identity.azure(new Credential())
    const options = { abortSignal: new AbortController().signal, claims: 'c' }
    await credential.getToken(['a', 'b'], options)
    await credential.getToken('a')
    expect(credential.calls).toEqual([[['a', 'b'], options], ['a']])
    expect(credential.calls[0]?.[1]).toBe(options)
  })

  it('is instrumented once, however often it is asked for', async () => {
    const credential = new Credential()
    identity.azure(credential)
    const { getToken } = credential
    identity.azure(credential)
    expect(credential.getToken).toBe(getToken)
  })

  it('that is frozen stays as it is', async () => {
    const frozen = Object.freeze({ getToken: async () => ({ token: 'a', expiresOnTimestamp: 0 }) })
    expect(await identity.azure(frozen).getToken()).toEqual({ token: 'a', expiresOnTimestamp: 0 })
  })

  it('ends with the same error when its caller aborts it', async () => {
    const reason = new Error('enough')
    const credential = identity.azure({
      getToken: (_scopes: string | string[], { abortSignal }: { abortSignal: AbortSignal }) =>
        new Promise((_, fail) => {
          abortSignal.addEventListener('abort', () => fail(abortSignal.reason))
        }),
    })
    const controller = new AbortController()
    const asked = credential.getToken('s', { abortSignal: controller.signal })
    controller.abort(reason)
    await expect(asked).rejects.toBe(reason)
  })
})

describe('an instrumented function', () => {
  it('keeps its name, its length and its properties', () => {
    const fetchToken = async (_a: string, _b: string): Promise<string> => 'token'
    const instrumented = identity.fetchToken(Object.assign(fetchToken, { memoized: true }))
    expect([instrumented.name, instrumented.length, instrumented.memoized]).toEqual(['fetchToken', 2, true])
  })

  it('is called with the same this', async () => {
    const broker = {
      token: 'a',
      fetchToken: identity.fetchToken(async function (this: { token: string }): Promise<string> {
        return this.token
      }),
    }
    expect(await broker.fetchToken()).toBe('a')
  })

  it('throws at once what is thrown at once, and answers at once what is answered at once', () => {
    const error = new Error('no')
    expect(
      identity.fetchToken(() => {
        throw error
      }),
    ).toThrow(error)
    expect(identity.fetchToken(() => 'token')()).toBe('token')
    expect(telemetry.attributes('fetch').map((fetch) => fetch['identity.outcome'])).toEqual([
      'failure',
      'success',
    ])
  })

  it.each([new Error('e'), 'a text', undefined, null, Object.freeze(new Error('frozen'))])(
    'fails with the very error: %s',
    async (error) => {
      const fetchToken = identity.fetchToken(() => Promise.reject(error))
      const caught = await fetchToken().then(
        () => 'nothing',
        (reason: unknown) => reason,
      )
      expect(caught).toBe(error)
      expect(await telemetry.total('token_request_failed')).toBe(1)
    },
  )

  it('settles in the order of the calls, as it did before', async () => {
    const order: string[] = []
    const plain = async (): Promise<string> => 'token'
    const [first, second] = [identity.fetchToken(plain), identity.fetchToken(plain)]
    await Promise.all([
      first().then(() => order.push('first')),
      second().then(() => order.push('second')),
      first().then(() => order.push('third')),
    ])
    expect(order).toEqual(['first', 'second', 'third'])
  })

  it('reads results of other shapes as it is told, and expiries in the usual ones', async () => {
    const vault = identity.fetchToken(async () => ({ auth: { client_token: 'v', lease: 60 } }), {
      provider: 'vault',
      audience: 'vault.acme.example',
      name: 'approle',
      identity: { id: 'checkout', type: 'role' },
      read: ({ auth }) => ({ token: auth.client_token, expiresAt: new Date(Date.now() + auth.lease * 1000) }),
    })
    await vault()
    await identity.fetchToken(async () => ({ access_token: 'x', expires_in: 120 }))()
    expect(telemetry.attributes('fetch')).toEqual([
      expect.objectContaining({
        'identity.provider': 'vault',
        'identity.id': 'checkout',
        'identity.type': 'role',
        'identity.credential.type': 'approle',
        'identity.audience': 'vault.acme.example',
        'identity.token.ttl_seconds': expect.closeTo(60, -1),
      }),
      expect.objectContaining({ 'identity.provider': 'other', 'identity.token.ttl_seconds': 120 }),
    ])
  })

  it('counts calls that ask for nothing new as answers of a cache', async () => {
    let token = 'first'
    const fetchToken = identity.fetchToken(async () => token)
    for (const next of ['first', 'first', 'second', 'second']) {
      token = next
      await fetchToken()
    }
    expect(await telemetry.total('token_request_total')).toBe(2)
    expect(await telemetry.total('token_cache_hits_total')).toBe(2)
    expect(await telemetry.total('token_refreshes_total')).toBe(1)
  })
})

describe('a token that is handed out once more after a request for a new one has failed', () => {
  it('is a refresh that failed, though the application goes on', async () => {
    await using server = await StandIn.start({
      isToken: () => true,
      answer: () => ({ status: 200, body: 'new' }),
    })
    let held: string | undefined
    const fetchToken = identity.fetchToken(async () => {
      const answer = await fetch(server.url)
      if (answer.ok) held = await answer.text()
      return { token: held, expiresAt: new Date(Date.now() + 60_000) }
    })
    await fetchToken()
    server.always = { status: 503 }
    expect(await fetchToken()).toMatchObject({ token: 'new' })
    expect(telemetry.attributes('fetch')[1]).toMatchObject({
      'identity.outcome': 'failure',
      'identity.reason': 'platform_error',
      'identity.refresh': 'before_expiry',
      'identity.while_valid': true,
    })
  })
})

describe('telemetry that fails', () => {
  it('costs the application nothing', async () => {
    const broken = () => {
      throw new Error('metrics are broken')
    }
    using failing = new IdentityTelemetry({ metrics: { count: broken, observe: broken } })
    expect(await failing.fetchToken(async () => 'token')()).toBe('token')
  })

  it('is not met by getters of a result that throw', async () => {
    const result = {
      get token(): string {
        throw new Error('not to be read')
      },
    }
    expect(await identity.fetchToken(async () => result)()).toBe(result)
  })
})

describe('without an SDK of OpenTelemetry', () => {
  beforeEach(() => {
    telemetry[Symbol.dispose]()
    identity[Symbol.dispose]()
    identity = new IdentityTelemetry()
  })

  it('everything works, and nothing is emitted', async () => {
    expect(await identity.fetchToken(async () => 'token')()).toBe('token')
    expect(telemetry.spans).toEqual([])
  })

  it('an SDK that is started later is found', async () => {
    const fetchToken = identity.fetchToken(async () => 'token')
    await fetchToken()
    telemetry = new CollectedTelemetry()
    await fetchToken()
    expect(await telemetry.total('token_cache_hits_total')).toBe(1)
    expect(telemetry.attributes('fetch')).toHaveLength(1)
  })
})

describe('a rejection that nobody handles', () => {
  const client = new URL('../../src/client/client.ts', import.meta.url).href

  it.each(['fetchToken', 'identity.fetchToken(fetchToken)'])('ends the process: %s', (called) => {
    const script = `
      import { IdentityTelemetry } from '${client}'
      const identity = new IdentityTelemetry()
      const fetchToken = async () => { throw new Error('unhandled') }
      void (${called})()
      setTimeout(() => process.exit(0), 5000)`
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    expect([run.status, run.stderr.includes('unhandled')]).toEqual([1, true])
  })
})

describe('a fetch within a fetch', () => {
  it('for another token is one of its own', async () => {
    const assertion = identity.azure({
      getToken: async (_scope: string) => ({ token: 'assertion', expiresOnTimestamp: Date.now() + 1000 }),
    })
    const exchange = identity.azure({
      getToken: async (_scope: string) => {
        await assertion.getToken('api://AzureADTokenExchange/.default')
        return { token: 'access', expiresOnTimestamp: Date.now() + 1000 }
      },
    })
    await exchange.getToken('https://vault.azure.net/.default')
    expect(telemetry.attributes('fetch').map((fetch) => fetch['identity.audience'])).toEqual([
      'api://AzureADTokenExchange',
      'vault.azure.net',
    ])
  })

  it('for the same token is a part of it', async () => {
    const inner = identity.azure({
      getToken: async (_scope: string) => ({ token: 'a', expiresOnTimestamp: 1 }),
    })
    const outer = identity.azure({ getToken: (scope: string) => inner.getToken(scope) })
    await outer.getToken('https://vault.azure.net/.default')
    expect(telemetry.attributes('fetch')).toHaveLength(1)
    expect(await telemetry.total('token_request_total')).toBe(1)
  })

  it('that begins after the first has ended is one of its own', async () => {
    vi.useRealTimers()
    let later: Promise<unknown> | undefined
    const inner = identity.fetchToken(async () => 'inner', { name: 'inner' })
    const outer = identity.fetchToken(
      async () => {
        later = new Promise((resolve) => setImmediate(resolve)).then(inner)
        return 'outer'
      },
      { name: 'inner' },
    )
    await outer()
    await later
    expect(telemetry.attributes('fetch')).toHaveLength(2)
  })
})
