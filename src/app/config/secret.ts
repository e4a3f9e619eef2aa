/** Secrets stand in the configuration as references only, and never show when a value is printed. */
import { systemReason } from '../system-error.ts'

export const secretReference = /^\$\{(env|file):([^{}\s][^{}]*)\}$/

/** What a reference looks like, for messages and docs. */
export const secretForm = `\${env:NAME} or \${file:PATH}`

export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The secret itself: only for the call that needs it. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }
}

/** Environment variables by name; empty ones count as not set. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The text of a file; throws the system's error. */
export type ReadFile = (path: string) => string

/** The secret behind a reference, or what is wrong, for a message after the setting's name. */
export type ResolveSecret = (reference: string) => Secret | string

/** `locate` turns the path in a `file:` reference into the path to read. */
export function secretResolver(
  environment: Environment,
  readFile: ReadFile,
  locate: (path: string) => string,
): ResolveSecret {
  return (reference) => {
    const [, kind, name] = secretReference.exec(reference) ?? []
    if (name === undefined) return `is not a reference to a secret, ${secretForm}`
    if (kind === 'env') {
      const value = environment[name]
      return value ? new Secret(value) : `names the environment variable ${name}, which is not set`
    }
    return secretInFile(locate(name), readFile)
  }
}

function secretInFile(path: string, readFile: ReadFile): Secret | string {
  try {
    // Editors and `kubectl create secret` differ in whether the file ends in a newline.
    const value = readFile(path).trimEnd()
    return value === '' ? `names the file ${path}, which is empty` : new Secret(value)
  } catch (error) {
    return `names the file ${path}, which cannot be read: ${systemReason(error)}`
  }
}
