/** Arguments of `simulate` on the command line. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseInstant } from '../../events/time.ts'
import { parseDuration } from '../../objectives/duration.ts'
import { secretForm, secretResolver } from '../config/secret.ts'
import { AppError, type ExitCode } from '../errors.ts'
import type { CommandContext } from './command.ts'
import { destinations, type SimulateOptions, shippedScenarios, simulate } from './simulate.ts'

interface SimulateArguments extends Omit<SimulateOptions, 'start' | 'lengthMs' | 'token'> {
  /** Epoch ms, or now. */
  readonly start?: number | 'now'
  readonly length?: number
  readonly token?: string
}

function number(least: number, what: string): (value: string) => number {
  return (value) => {
    const parsed = Number(value)
    if (value.trim() === '' || !(parsed >= least)) throw new InvalidArgumentError(`expected ${what}`)
    return parsed
  }
}

function seed(value: string): number {
  const parsed = Number(value)
  if (!Number.isInteger(parsed) || parsed < 0 || parsed > 4_294_967_295)
    throw new InvalidArgumentError('expected a whole number from 0 to 4294967295')
  return parsed
}

function start(value: string): number | 'now' {
  const parsed = value === 'now' ? value : parseInstant(value)
  if (Number.isNaN(parsed)) throw AppError.of('badTime', { option: '--start', value })
  return parsed
}

function length(value: string): number {
  const parsed = parseDuration(value)
  if (parsed === undefined) throw new InvalidArgumentError('expected a duration such as 90s, 5m, 2h or 7d')
  return parsed
}

function address(value: string): string {
  if (URL.canParse(value) && /^https?:/.test(value)) return value
  throw new InvalidArgumentError('expected an address such as http://127.0.0.1:9464')
}

/** The token behind a reference: never the token itself, which would stand in the shell's history. */
function tokenOf(reference: string | undefined, { env }: CommandContext): string | undefined {
  if (reference === undefined) return undefined
  const resolve = secretResolver(
    env,
    () => '',
    (path) => path,
  )
  const secret = resolve(reference)
  if (typeof secret !== 'string') return secret.reveal()
  throw AppError.of('badOption', { what: `--token ${secret}`, command: 'simulate' })
}

/** `done` is called with the exit code. */
export function addSimulate(root: Command, context: CommandContext, done: (code: ExitCode) => void): void {
  root
    .command('simulate')
    .description("Write the records of a scenario in the providers' own formats, with the truth about them.")
    .argument('<scenario>', `scenario file, or one of ${shippedScenarios().join(', ')}`)
    .option('-o, --out <folder>', 'where logs, telemetry and truth.json go', 'simulation')
    .addOption(new Option('--to <destination>', 'where records go').choices(destinations).default('files'))
    .option(
      '--arrivals',
      'write arrival envelopes, so that `replay --timeline` knows when records came',
      false,
    )
    .option('--seed <number>', 'other records of the same kind', seed)
    .option('--rate <factor>', 'multiplies all demand', number(0.001, 'a number from 0.001'))
    .option('--length <duration>', 'how long it goes on, such as 2h or 7d', length)
    .option('--start <time>', 'when it begins, RFC 3339, or now', start)
    .option(
      '--speed <factor>',
      '1 is real time, 60 a minute a second; by default as fast as possible',
      number(0.001, 'a number from 0.001'),
    )
    .option('--url <address>', 'engine that takes records (with --to http)', address, 'http://127.0.0.1:9464')
    .option('--otlp-url <address>', 'OTLP receiver that takes telemetry (with --to http)', address)
    .option('--token <reference>', `bearer token of the webhook: '${secretForm.split(' ')[0]}'`)
    .option('--brokers <address...>', 'Kafka brokers (with --to kafka)', [])
    .option('--topic <name>', 'Kafka topic (with --to kafka)')
    .addHelpText(
      'after',
      `
Examples:
  identity-slo simulate revoked-identity -o day1 --arrivals        then: identity-slo replay day1/arrivals.ndjson --timeline
  identity-slo simulate revoked-identity -o day1                   then: identity-slo replay day1/logs
  identity-slo simulate my.yaml --to http --start now --speed 1    a game day against a running engine
docs/simulate.md has every setting of a scenario; docs/game-days/ has four to play.`,
    )
    .action(async (scenario: string, given: SimulateArguments) => {
      const { start: begins, length: lengthMs, token, ...rest } = given
      const options: SimulateOptions = {
        ...rest,
        start: begins === 'now' ? context.now() : begins,
        lengthMs,
        token: tokenOf(token, context),
      }
      done(await simulate(scenario, options, context))
    })
}
