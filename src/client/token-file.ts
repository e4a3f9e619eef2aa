/** Projected token files of Kubernetes: the kubelet writes a new token into them long before the former one ends. */
import { readFile } from 'node:fs/promises'
import type { Failure } from './failure.ts'
import type { Identity } from './identity.ts'
import { factsOf } from './jwt-claims.ts'
import type { Recorder } from './recorder.ts'
import { TokenMemory } from './token-memory.ts'
import { noToken, type ObtainedToken, type TokenSource } from './token-source.ts'

export interface TokenFileOptions {
  /** What the token is for. Default: nothing, for a file whose audience does not matter. */
  readonly audience?: string
  readonly identity?: Identity
}

/** A file is read even where nobody writes it any more: a token that has ended is a refresh that failed. */
function readToken(content: unknown): ObtainedToken | Failure {
  const token = typeof content === 'string' ? content.trim() : ''
  if (token === '') return noToken
  const { expiresAtMs } = factsOf(token)
  if (expiresAtMs !== undefined && expiresAtMs <= Date.now())
    return { reason: 'token_expired', code: '_OTHER' }
  return { token, expiresAtMs }
}

/** A function that reads the file whenever it is called, as the platform's documentation asks. */
export function tokenFileReader(
  recorder: Recorder,
  path: string,
  options: TokenFileOptions,
): () => Promise<string> {
  const source: TokenSource = {
    provider: 'kubernetes',
    credentialType: 'projected-token-file',
    isChain: false,
    isStep: false,
    identity: options.identity ?? {},
    memory: new TokenMemory(),
    read: readToken,
  }
  const audience = options.audience ?? ''
  const asked = { key: path, audience }
  return () => recorder.run(source, asked, () => readFile(path, 'utf8'))
}
