/** placeholder */
import type { JsonObject } from '../connector.ts'
import type { ShapeNode } from './shape-node.ts'
export class RecordLayouts {
  constructor(_root: ShapeNode) {}
  useWindow(_w: Buffer, _from: number, _to: number): void {}
  match(_start: number, _end: number): { value: JsonObject; end: number } | undefined {
    return undefined
  }
  learn(_start: number, _end: number): void {}
}
