/**
 * AADSTS codes and what they mean for an identity. Microsoft renumbers them from time to time, so they are data:
 * a code that is not here is a failure for reason `unknown`, never a success.
 */
import type { CredentialType, Fault, Reason } from '../../events/event.ts'

export interface CodeMeaning {
  readonly reason: Reason
  /** Where it is not the reason's usual fault. */
  readonly fault?: Fault
  /** The kind of credential that only this code gives away. */
  readonly credentialType?: CredentialType
}

const outage: CodeMeaning = { reason: 'platform_error' }
const timeout: CodeMeaning = { reason: 'timeout' }
const throttled: CodeMeaning = { reason: 'throttled' }
const invalid: CodeMeaning = { reason: 'credential_invalid' }
const secretInvalid: CodeMeaning = { reason: 'credential_invalid', credentialType: 'secret' }
const certificateInvalid: CodeMeaning = { reason: 'credential_invalid', credentialType: 'certificate' }
const expired: CodeMeaning = { reason: 'credential_expired' }
const notFound: CodeMeaning = { reason: 'identity_not_found' }
const disabled: CodeMeaning = { reason: 'identity_disabled' }
const mismatch: CodeMeaning = { reason: 'federation_mismatch', credentialType: 'federated' }
const denied: CodeMeaning = { reason: 'permission_denied' }
const blocked: CodeMeaning = { reason: 'policy_denied' }
const misconfigured: CodeMeaning = { reason: 'misconfigured_caller' }

export const codeMeanings: ReadonlyMap<string, CodeMeaning> = new Map(
  Object.entries({
    // The token service or what it depends on.
    50000: outage, // token issuance error
    50033: outage, // retryable
    50087: outage, // strong authentication service, retryable
    70012: outage, // consumer account server error
    90006: outage, // external server, retryable
    90024: outage, // request budget exceeded, retryable
    90033: outage, // directory service unavailable
    90036: outage, // directory service, not retryable
    90090: outage, // graph, retryable
    90091: outage, // graph unreachable
    90092: outage, // graph, not retryable
    90012: timeout,
    80002: timeout, // on-premises password validation
    80014: timeout, // on-premises authentication agent
    90055: throttled, // tenant
    50166: throttled, // external claims provider
    50196: { reason: 'throttled', fault: 'caller' }, // client asks in a loop: its token cache is broken

    // The credential itself.
    7000215: secretInvalid,
    700027: certificateInvalid, // assertion signature
    700030: certificateInvalid, // subject name not authorised
    50006: invalid, // signature
    50012: invalid, // certificate chain, thumbprint or assertion signature
    50013: invalid, // assertion
    50017: invalid, // certificate validation
    50027: invalid, // JWT
    50056: invalid, // no password in the directory
    50064: invalid, // user name or password
    50126: invalid, // user name or password
    54005: invalid, // authorization code already redeemed
    70000: invalid, // grant
    70002: invalid, // client secret does not match
    7000222: { reason: 'credential_expired', credentialType: 'secret' },
    50055: expired, // password
    50089: expired, // flow token
    50132: expired, // session, password changed
    50133: expired, // session, password changed
    50144: expired, // on-premises password
    50173: expired, // grant revoked
    500133: expired, // assertion outside its time range
    70008: expired, // grant expired or revoked
    70043: expired, // sign-in frequency
    700024: expired, // client assertion outside its time range
    700082: expired, // refresh token inactive
    700084: expired, // refresh token of a single page app

    // The identity is gone or switched off.
    16003: notFound, // user not in the resource tenant
    50020: notFound, // user of another provider
    50034: notFound, // user
    500341: notFound, // user deleted
    51004: notFound, // user
    700011: notFound, // application
    700016: notFound, // application
    7000229: notFound, // no service principal in the tenant
    90002: notFound, // tenant
    50057: disabled, // user
    70001: disabled, // application
    7000112: disabled, // application
    135011: disabled, // device

    // Trust in an external token: issuer, subject, audience.
    70021: mismatch, // no matching federated credential
    700211: mismatch, // issuer
    700213: mismatch, // subject
    7002138: mismatch, // differs in letter case
    700229: mismatch, // not an app-only token
    700212: { reason: 'audience_mismatch', credentialType: 'federated' },

    // Not granted.
    50105: denied, // not assigned to a role of the application
    501051: denied, // not assigned to the application
    65001: denied, // no consent
    65002: denied, // first-party consent needs pre-authorisation
    7000114: denied, // on-behalf-of not allowed
    90008: denied, // consent to sign in
    90093: denied, // graph refused
    90094: denied, // administrator's consent
    90099: denied, // not authorised in the tenant

    // Forbidden by a policy.
    50002: blocked, // tenant restriction
    50005: blocked, // device platform
    50053: blocked, // locked after repeated attempts, or malicious address
    50131: blocked, // conditional access
    500021: blocked, // tenant restriction
    500022: blocked, // tenant restriction
    500212: blocked, // outbound cross-tenant policy
    500213: blocked, // inbound cross-tenant policy
    53000: blocked, // device not compliant
    53001: blocked, // device not joined
    53002: blocked, // application not approved
    53003: blocked, // conditional access
    53011: blocked, // risk in the home tenant
    530032: blocked, // security policy
    530034: blocked, // delegated administrator at risk
    530035: blocked, // security defaults

    // The request is wrong.
    28002: misconfigured, // scope
    28003: misconfigured, // scope empty
    50001: misconfigured, // resource disabled or not there
    50011: misconfigured, // reply address
    50059: misconfigured, // no tenant in the request
    50128: misconfigured, // domain
    50194: misconfigured, // single-tenant application at the common endpoint
    500011: misconfigured, // resource not in the tenant
    65005: misconfigured, // required resource access
    650052: misconfigured, // service not subscribed
    650054: misconfigured, // resource removed
    650056: misconfigured, // permissions not listed
    650057: misconfigured, // resource not listed
    70003: misconfigured, // grant type
    70004: misconfigured, // redirect address
    70005: misconfigured, // response type
    70007: misconfigured, // response mode
    70011: misconfigured, // scope
    700022: misconfigured, // several resources in one scope
    700023: misconfigured, // scope without a resource
    700025: misconfigured, // public client with a credential
    700038: misconfigured, // application id
    7000218: misconfigured, // neither assertion nor secret
    90004: misconfigured,
    90013: misconfigured,
    90014: misconfigured, // field missing
    90015: misconfigured, // query too long
    90019: misconfigured, // no tenant
    90023: misconfigured,
    90100: misconfigured, // parameter
    900023: misconfigured, // tenant identifier
    900144: misconfigured, // parameter missing
    900561: misconfigured, // HTTP method
    901002: misconfigured, // resource parameter
    9001023: misconfigured, // grant type at this endpoint
    9002313: misconfigured, // malformed
  } satisfies Record<string, CodeMeaning>),
)

/** Steps of an interactive sign-in (MFA, consent, session prompts): a person goes on from there, nothing failed. */
export const interactiveCodes: ReadonlySet<string> = new Set([
  '16000',
  '16001',
  '16002',
  '160021',
  '50058',
  '50072',
  '50074',
  '50076',
  '50078',
  '50079',
  '50085',
  '50097',
  '50125',
  '50127',
  '50129',
  '50135',
  '50140',
  '50158',
  '50168',
  '50180',
  '50199',
  '51006',
  '53004',
  '65004',
  '70016',
  '70018',
  '70019',
  '700020',
  '90095',
])
