/** What is asked of a Keycloak realm: grants, refreshes, uses of tokens at Keycloak itself, and changes by its administrator. */
import { type HttpAnswer, type Keycloak, rootAdmin } from './keycloak.ts'
import type { Essence, Truth } from './truth.ts'

const token = '/realms/acme/protocol/openid-connect/token'
const introspect = `${token}/introspect`
const logout = '/realms/acme/protocol/openid-connect/logout'
const userinfo = '/realms/acme/protocol/openid-connect/userinfo'
const admin = '/admin/realms/acme'

function requested(identity: string, reason?: Essence['reason'], isPerson = false): Essence {
  const base = { kind: 'token.request', identity, type: isPerson ? 'user' : 'service-principal' } as const
  return reason === undefined ? { ...base, outcome: 'success' } : { ...base, outcome: 'failure', reason }
}

function used(
  identity: string,
  reason?: Essence['reason'],
  type: Essence['type'] = 'service-principal',
): Essence {
  const base = { kind: 'token.use', identity, type, service: 'keycloak' } as const
  if (reason === undefined) return { ...base, outcome: 'success', decision: 'allowed' }
  return { ...base, outcome: 'failure', reason, decision: 'unauthenticated' }
}

function change(id: string, op: string): Essence {
  return {
    kind: 'identity.change',
    identity: `clients/${id}`,
    type: 'service-principal',
    outcome: 'success',
    op,
  }
}

function assignment(holder: string, op: string): Essence {
  return { kind: 'assignment.change', identity: holder, type: 'user', outcome: 'success', op, role: '*' }
}

const noName =
  'a token that is refused at userinfo names nobody: it counts as a person, in no ratio of machines'

const noRepresentation =
  'an admin event in the log has no representation: it names the internal id of a client, and no roles'

/** One drive: what has been made so far, and the truth about it. */
export class KeycloakDrive {
  readonly #keycloak: Keycloak
  readonly #truth: Truth
  #admin = ''
  /** Internal ids by client id. */
  readonly #clients = new Map<string, string>()
  #person = ''

  constructor(keycloak: Keycloak, truth: Truth) {
    this.#keycloak = keycloak
    this.#truth = truth
  }

  async #grant(
    what: string,
    form: Readonly<Record<string, string>>,
    status: number,
    events: readonly Essence[],
    difference?: string,
  ): Promise<HttpAnswer['body']> {
    return (await this.#noted(what, this.#keycloak.post(token, form), status, events, difference)).body
  }

  async #noted(
    what: string,
    asking: Promise<HttpAnswer>,
    status: number,
    events: readonly Essence[],
    difference?: string,
  ): Promise<HttpAnswer> {
    const answer = await asking
    if (answer.status !== status)
      throw new Error(`${what} Answered ${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`)
    this.#truth.note(what, `HTTP ${status}`, events, difference)
    return answer
  }

  #change(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    return this.#keycloak.call(method, path, this.#admin, body)
  }

  #idOf(client: string): string {
    return this.#clients.get(client) ?? 'none'
  }

  /** Who is asked for is looked up, which leaves no event. */
  async #look(path: string): Promise<string> {
    const { body } = await this.#change('GET', path)
    return /"id":"([^"]*)"/.exec(String(body['list'] ?? JSON.stringify(body)))?.[1] ?? ''
  }

  async #signInAsAdmin(): Promise<void> {
    const form = {
      grant_type: 'password',
      client_id: 'admin-cli',
      username: rootAdmin.name,
      password: rootAdmin.password,
    }
    const { body } = await this.#keycloak.post('/realms/master/protocol/openid-connect/token', form)
    this.#admin = String(body['access_token'])
    const id = await this.#look(`/admin/realms/master/users?username=${rootAdmin.name}`)
    this.#truth.note('The administrator signs in.', 'HTTP 200', [requested(id, undefined, true)])
  }

  /** The administrator's own tokens live for a minute, which is too short on a busy machine. */
  async #administrate(): Promise<void> {
    await this.#signInAsAdmin()
    const longer = this.#change('PUT', '/admin/realms/master', { realm: 'master', accessTokenLifespan: 3600 })
    await this.#noted('The administrator gives tokens of the first realm a longer life.', longer, 204, [])
    await this.#signInAsAdmin()
  }

  async #makeClient(clientId: string, settings: object = {}): Promise<void> {
    const body = {
      clientId,
      secret: `s-${clientId}`,
      publicClient: false,
      serviceAccountsEnabled: true,
      ...settings,
    }
    const { made, status } = await this.#change('POST', `${admin}/clients`, body)
    if (status !== 201) throw new Error(`the client ${clientId} was not made: ${status}`)
    this.#clients.set(clientId, made)
    const what = `The administrator makes the client ${clientId}.`
    this.#truth.note(what, 'HTTP 201', [change(made, 'created')], noRepresentation)
  }

  /** A realm with clients and a person. */
  async setUp(): Promise<void> {
    await this.#administrate()
    const realm = { realm: 'acme', enabled: true, adminEventsEnabled: true, ssoSessionIdleTimeout: 3600 }
    await this.#noted(
      'The administrator makes a realm.',
      this.#change('POST', '/admin/realms', realm),
      201,
      [],
    )
    await this.#makeClient('checkout', { directAccessGrantsEnabled: true })
    await this.#makeClient('reports')
    await this.#makeClient('nightly', { attributes: { 'access.token.lifespan': '1' } })
    await this.#makeClient('portal', { serviceAccountsEnabled: false })
    await this.#makeClient('exchange', { attributes: { 'standard.token.exchange.enabled': 'true' } })
    const credentials = [{ type: 'password', value: 'p-ana', temporary: false }]
    const person = {
      username: 'ana',
      email: 'ana@acme.example',
      firstName: 'Ana',
      lastName: 'A',
      emailVerified: true,
      enabled: true,
      credentials,
    }
    const asking = this.#change('POST', `${admin}/users`, person)
    this.#person = (
      await this.#noted('The administrator makes an account for a person.', asking, 201, [])
    ).made
  }

  async grants(): Promise<void> {
    const own = { grant_type: 'client_credentials', client_id: 'checkout', client_secret: 's-checkout' }
    const refused = 'credential_invalid'
    await this.#grant('A client gets a token with its secret.', own, 200, [requested('checkout')])
    await this.#grant('A client has the wrong secret.', { ...own, client_secret: 's-former' }, 401, [
      requested('checkout', refused),
    ])
    await this.#grant(
      'A client has no secret.',
      { grant_type: 'client_credentials', client_id: 'checkout' },
      401,
      [requested('checkout', refused)],
    )
    await this.#grant('A client that does not exist asks.', { ...own, client_id: 'ghost' }, 401, [
      requested('ghost', 'identity_not_found'),
    ])
    const portal = { ...own, client_id: 'portal', client_secret: 's-portal' }
    await this.#grant('A client asks that has no service account.', portal, 401, [
      requested('portal', 'permission_denied'),
    ])
    await this.#grant('A client asks for a scope that there is not.', { ...own, scope: 'everything' }, 400, [
      requested('checkout', 'misconfigured_caller'),
    ])
    await this.#grant(
      'A client asks for a grant that there is not.',
      { ...own, grant_type: 'wish' },
      400,
      [],
      'a grant type that Keycloak does not know leaves no event',
    )
  }

  /** A person's session by a client, renewed and ended. */
  async refreshes(): Promise<void> {
    const client = { client_id: 'checkout', client_secret: 's-checkout' }
    const signIn = { ...client, grant_type: 'password', username: 'ana', password: 'p-ana' }
    const { refresh_token: refreshToken } = await this.#grant('A person signs in by a client.', signIn, 200, [
      requested(this.#person, undefined, true),
    ])
    const wrong = { ...signIn, password: 'p-former' }
    await this.#grant('A person has the wrong password.', wrong, 401, [
      requested(this.#person, 'credential_invalid', true),
    ])
    const stranger = { ...signIn, username: 'nobody' }
    await this.#grant('A person signs in that nobody knows.', stranger, 401, [
      requested('unknown', 'identity_not_found', true),
    ])
    const refresh = { ...client, grant_type: 'refresh_token', refresh_token: String(refreshToken) }
    const { refresh_token: second } = await this.#grant('The session is renewed.', refresh, 200, [
      requested(this.#person, undefined, true),
    ])
    const bogus = { ...refresh, refresh_token: 'bogus' }
    await this.#grant('A session is renewed with what is no refresh token.', bogus, 400, [
      requested('unknown', 'credential_invalid', true),
    ])
    const end = this.#keycloak.post(logout, { ...client, refresh_token: String(second) })
    await this.#noted('The person signs out.', end, 204, [])
    const late = { ...refresh, refresh_token: String(second) }
    await this.#grant('The session is renewed after it was ended.', late, 400, [
      requested(this.#person, 'credential_expired', true),
    ])
  }

  /** Tokens presented to Keycloak itself. */
  async uses(): Promise<void> {
    const client = { client_id: 'checkout', client_secret: 's-checkout' }
    const own = { ...client, grant_type: 'client_credentials', scope: 'openid' }
    const { access_token: accessToken } = await this.#grant('A client gets a token for userinfo.', own, 200, [
      requested('checkout'),
    ])
    const ask = (bearer: unknown): Promise<HttpAnswer> => this.#keycloak.call('GET', userinfo, String(bearer))
    await this.#noted('A client presents its token.', ask(accessToken), 200, [used('checkout')])
    await this.#noted('Somebody presents what is no token.', ask('bogus'), 401, [
      used('unknown', 'credential_invalid', 'user'),
    ])
    const short = { ...own, client_id: 'nightly', client_secret: 's-nightly' }
    const { access_token: expired } = await this.#grant(
      'A client gets a token that lives for a second.',
      short,
      200,
      [requested('nightly')],
    )
    await new Promise((resolve) => setTimeout(resolve, 2500))
    await this.#noted(
      'A client presents a token that has expired.',
      ask(expired),
      401,
      [used('unknown', 'token_expired', 'user')],
      noName,
    )
    const about = (bearer: unknown, secret = 's-checkout'): Promise<HttpAnswer> =>
      this.#keycloak.post(introspect, { ...client, client_secret: secret, token: String(bearer) })
    await this.#noted('A service asks about a token, and it is good.', about(accessToken), 200, [
      used('checkout'),
    ])
    await this.#noted('A service asks about a token, and it is none.', about('bogus'), 200, [
      used('checkout'),
    ])
    await this.#noted(
      'A service asks about a token with the wrong secret.',
      about(accessToken, 's-former'),
      401,
      [used('checkout', 'credential_invalid')],
    )
    const exchange = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token: String(accessToken),
    }
    const foreign = { ...exchange, client_id: 'exchange', client_secret: 's-exchange' }
    await this.#grant('A client exchanges a token that is not meant for it.', foreign, 403, [
      requested('exchange', 'permission_denied'),
    ])
    await this.#grant(
      'A client exchanges a token, which it may not do at all.',
      { ...exchange, ...client },
      400,
      [requested('checkout', 'misconfigured_caller')],
    )
  }

  /** Rights given and taken, a secret replaced, clients switched off and removed. */
  async changes(): Promise<void> {
    const role = { name: 'ledger-reader' }
    await this.#noted(
      'The administrator makes a role.',
      this.#change('POST', `${admin}/roles`, role),
      201,
      [],
    )
    const roleId = await this.#look(`${admin}/roles/ledger-reader`)
    const account = await this.#look(`${admin}/clients/${this.#idOf('reports')}/service-account-user`)
    const path = `${admin}/users/${account}/role-mappings/realm`
    const roles = [{ ...role, id: roleId }]
    const unnamed = `${noRepresentation}; a service account is a user there`
    await this.#noted(
      'The administrator gives a role to a service account.',
      this.#change('POST', path, roles),
      204,
      [assignment(account, 'granted')],
      unnamed,
    )
    await this.#noted(
      'The administrator takes the role away.',
      this.#change('DELETE', path, roles),
      204,
      [assignment(account, 'removed')],
      unnamed,
    )
    const checkout = `${admin}/clients/${this.#idOf('checkout')}`
    await this.#noted(
      'The administrator replaces the secret of a client.',
      this.#change('POST', `${checkout}/client-secret`),
      200,
      [change(this.#idOf('checkout'), 'credential-added')],
      noRepresentation,
    )
    const own = { grant_type: 'client_credentials', client_id: 'checkout', client_secret: 's-checkout' }
    await this.#grant('The client still has the former secret.', own, 401, [
      requested('checkout', 'credential_invalid'),
    ])
    const reports = `${admin}/clients/${this.#idOf('reports')}`
    const off = { clientId: 'reports', enabled: false }
    await this.#noted(
      'The administrator switches a client off.',
      this.#change('PUT', reports, off),
      204,
      [change(this.#idOf('reports'), 'updated')],
      `${noRepresentation}: switched off reads as updated`,
    )
    const theirs = { ...own, client_id: 'reports', client_secret: 's-reports' }
    await this.#grant('A client asks that is switched off.', theirs, 401, [
      requested('reports', 'identity_disabled'),
    ])
    await this.#noted(
      'The administrator removes the client.',
      this.#change('DELETE', reports),
      204,
      [change(this.#idOf('reports'), 'deleted')],
      noRepresentation,
    )
    await this.#grant('A client asks that was removed.', theirs, 401, [
      requested('reports', 'identity_not_found'),
    ])
  }
}
