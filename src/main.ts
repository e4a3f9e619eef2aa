#!/usr/bin/env node
/** Process entry: arguments and environment in, exit code out. */
import { runCli } from './app/cli.ts'
import { AppError, exitCodes } from './app/errors.ts'
import { systemReason } from './app/system-error.ts'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`| head`) is no error.
  if (error.code === 'EPIPE') process.exit(exitCodes.ok)
  const values = { path: 'standard output', reason: systemReason(error) }
  process.stderr.write(AppError.of('unwritableFile', values).report())
  process.exit(exitCodes.environment)
})

// Where nobody reads messages any more, the work goes on, and the exit code still tells.
process.stderr.on('error', () => undefined)

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTty: process.stderr.isTTY === true,
  colours: process.stdout.isTTY === true && !process.env['NO_COLOR'],
})
