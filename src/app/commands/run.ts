import { exitCodes } from '../errors.ts'
import type { CommandContext, CommandResult } from './command.ts'
export function run(_c: string | undefined, _x: CommandContext): CommandResult {
  return exitCodes.ok
}
