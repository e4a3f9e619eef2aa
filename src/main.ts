#!/usr/bin/env node
/** Process entry: arguments and environment in, exit code out. */
import { runCli } from './app/cli.ts'

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTty: process.stderr.isTTY === true,
  colours: process.stdout.isTTY === true && !process.env['NO_COLOR'],
})
