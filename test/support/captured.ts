/** The command line run in this process, with what it would have printed. */
import { runCli } from '../../src/app/cli.ts'
import type { ExitCode } from '../../src/app/errors.ts'
import type { Terminal } from '../../src/app/terminal.ts'

export interface Captured {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
}

export function capturingTerminal(
  settings: Partial<Pick<Terminal, 'isTty' | 'colours'>> = {},
): Terminal & { readonly text: () => { readonly out: string; readonly err: string } } {
  let out = ''
  let err = ''
  return {
    isTty: false,
    colours: false,
    ...settings,
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    text: () => ({ out, err }),
  }
}

export async function captured(
  args: readonly string[],
  settings: Partial<Pick<Terminal, 'isTty' | 'colours'>> = {},
): Promise<Captured> {
  const terminal = capturingTerminal(settings)
  const code = await runCli(args, terminal)
  return { code, ...terminal.text() }
}
