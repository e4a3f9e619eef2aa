/** Every connector, one line each: the explicit list that detection, docs and the contract test go through. */
import type { Connector } from './connector.ts'

export const availableConnectors: readonly Connector[] = []
