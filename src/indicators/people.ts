/** Workload SLIs leave people out: they mistype, meet MFA prompts and give up. */
import type { IdentityEvent } from '../events/event.ts'
import type { JudgeOptions } from './indicator.ts'

export function isLeftOutPerson(event: IdentityEvent, options: JudgeOptions): boolean {
  return event.identity.type === 'user' && options.includesPeople !== true
}
