/** The oracle as a process of its own: `node main.ts '<options as JSON>'` prints what it found as JSON. */
import { Run, type RunOptions } from './run.ts'

// So that what it started ends with it.
process.once('SIGTERM', () => process.exit(1))
const options = JSON.parse(process.argv[2] ?? '{}') as RunOptions
process.stdout.write(`${JSON.stringify(await new Run(options).play())}\n`)
