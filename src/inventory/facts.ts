/** What an inventory document says, one statement a fact: readers give them, the graph is built of them. */
import type { IdentityType, Provider } from '../events/event.ts'

/** A group, the public, or a cloud's own service can hold rights as well; none of them is an identity that signs in. */
export type PrincipalType = IdentityType | 'group' | 'everyone' | 'service'

export interface PrincipalFact {
  readonly fact: 'principal'
  readonly provider: Provider
  /** As `principalKey` writes it. */
  readonly id: string
  readonly name?: string | undefined
  readonly type: PrincipalType
  /** Entra tenant or subscription, AWS account, GCP project, cluster; empty where the document does not say. */
  readonly tenant: string
  /** Epoch ms. */
  readonly createdAt?: number | undefined
  readonly lastUsedAt?: number | undefined
  /** The document says when it was last used, or that it never was. */
  readonly tellsUse?: boolean | undefined
  readonly state?: 'active' | 'disabled' | 'deleted' | undefined
  /** The resource that whoever controls it acts as this identity: a role, a service account, a VM. */
  readonly resource?: string | undefined
  /** What narrows all its rights, such as a permissions boundary. */
  readonly limitedBy?: string | undefined
}

export interface GrantFact {
  readonly fact: 'grant'
  readonly provider: Provider
  readonly principal: string
  readonly role: string
  /** As `scopeKey` writes it. */
  readonly scope: string
  /** The assignment or binding object that gives it; empty where it has no name of its own. */
  readonly via?: string | undefined
  /** Why the right may not hold each time; empty: it always does. */
  readonly conditions: readonly string[]
}

/** Part of what a role allows. */
export interface Reach {
  readonly scope: string
  readonly conditions: readonly string[]
}

/** A role whose own text says what it reaches; other roles reach the scope that they are assigned at. */
export interface RoleFact {
  readonly fact: 'role'
  readonly provider: Provider
  /** The role, or `owner#role` where the name only means something below its owner. */
  readonly id: string
  readonly reaches: readonly Reach[]
  /** Which identities' resources it lets its holder act as. */
  readonly assumes: readonly Reach[]
  readonly denies: readonly Reach[]
}

export interface MemberFact {
  readonly fact: 'member'
  readonly provider: Provider
  readonly group: string
  readonly member: string
}

/** `who` may act as `target`: a trust policy, a federated credential. */
export interface TrustFact {
  readonly fact: 'trust'
  readonly who: string
  readonly target: string
  /** The trust alone is not enough: `who` must be allowed to assume the target by rights of its own, too. */
  readonly needsGrant: boolean
  readonly conditions: readonly string[]
}

export interface ResourceFact {
  readonly fact: 'resource'
  readonly provider: Provider
  readonly id: string
}

/** A parent that the child's id does not name: a management group, a folder, a bucket's project. */
export interface ParentFact {
  readonly fact: 'parent'
  readonly provider: Provider
  readonly child: string
  readonly parent: string
}

export interface CredentialFact {
  readonly fact: 'credential'
  readonly provider: Provider
  readonly principal: string
  readonly id: string
  readonly kind: 'secret' | 'certificate' | 'access-key' | 'password'
  readonly isActive: boolean
  readonly createdAt?: number | undefined
  readonly expiresAt?: number | undefined
  readonly lastUsedAt?: number | undefined
}

/** The document lists every assignment at the scope and below it. */
export interface CompleteFact {
  readonly fact: 'complete'
  readonly provider: Provider
  readonly scope: string
}

export type Fact =
  | PrincipalFact
  | GrantFact
  | RoleFact
  | MemberFact
  | TrustFact
  | ResourceFact
  | ParentFact
  | CredentialFact
  | CompleteFact

export interface InventoryProblem {
  /** Where in the document, such as `value[3]`; empty for the whole of it. */
  readonly at: string
  readonly message: string
}

export interface ReadInventory {
  readonly facts: readonly Fact[]
  readonly problems: readonly InventoryProblem[]
}

/** What a document cannot say itself. */
export interface ReadContext {
  /** Names the document in scopes that it leaves unnamed. */
  readonly source: string
  /** Cluster of a Kubernetes document; empty: the only one. */
  readonly tenant: string
  /** What the policy belongs to, for documents that hold a policy only. */
  readonly resource?: string | undefined
}

export const nothing: ReadInventory = { facts: [], problems: [] }

export function merged(parts: readonly ReadInventory[]): ReadInventory {
  return { facts: parts.flatMap(({ facts }) => facts), problems: parts.flatMap(({ problems }) => problems) }
}
