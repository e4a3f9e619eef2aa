/** What every command gets, and how it ends. */
import type { ExitCode } from '../errors.ts'
import type { Terminal } from '../terminal.ts'

export interface CommandContext {
  readonly terminal: Terminal
  /** Epoch ms. */
  readonly now: () => number
  readonly env: Readonly<Record<string, string | undefined>>
}

export type CommandResult = ExitCode | Promise<ExitCode>
