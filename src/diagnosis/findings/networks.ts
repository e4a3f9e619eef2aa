/** Where a call came from, coarsely: neighbours of one network are one place, and so are all private addresses. */

export interface Network {
  /** One host has an address of each family, so that only places of one family are told apart. */
  readonly family: 'v4' | 'v6' | 'private'
  readonly name: string
}

function isPrivate(first: number, second: number): boolean {
  if (first === 10 || first === 127) return true
  if (first === 172) return second >= 16 && second <= 31
  if (first === 192) return second === 168
  if (first === 169) return second === 254
  // Shared by carriers and clouds (RFC 6598).
  return first === 100 && second >= 64 && second <= 127
}

function ofV4(parts: readonly string[]): Network | undefined {
  const numbers = parts.map(Number)
  if (numbers.some((one) => !(Number.isInteger(one) && one >= 0 && one <= 255))) return undefined
  const [first = 0, second = 0, third = 0] = numbers
  if (isPrivate(first, second)) return { family: 'private', name: parts.join('.') }
  return { family: 'v4', name: `${first}.${second}.${third}.0/24` }
}

/** Undefined for what is no address: logs have the names of services there, too. */
export function networkOf(address: string): Network | undefined {
  const parts = address.split('.')
  if (parts.length === 4) return ofV4(parts)
  if (!/^[0-9a-f:]+$/i.test(address) || !address.includes(':')) return undefined
  const groups = address.toLowerCase().split('::')[0]?.split(':') ?? []
  const first = Number.parseInt(groups[0] ?? '', 16)
  // Unique local and link-local addresses.
  const isLocal = (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80 || Number.isNaN(first)
  const name = [...groups, '0', '0', '0', '0'].slice(0, 4).join(':')
  return isLocal ? { family: 'private', name: address } : { family: 'v6', name: `${name}::/64` }
}
