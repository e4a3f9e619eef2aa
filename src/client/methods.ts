/** Puts a method in front of another, on the object itself: its identity, class and private fields stay what they are. */

type Method = (this: unknown, ...values: unknown[]) => unknown

function isMethod(value: unknown): value is Method {
  return typeof value === 'function'
}

/** Marks what has a method in front, so that nothing is counted twice. */
const instrumented = Symbol.for('identity-slo.instrumented')

function isInstrumented(value: unknown): boolean {
  return isMethod(value) && Reflect.get(value, instrumented) === true
}

export type Around = (target: object, values: readonly unknown[], call: () => unknown) => unknown

/**
 * `around` runs in place of `target[name]`; `call` is the former method with the same `this` and arguments. Where the
 * object is frozen or has no such method, nothing happens.
 */
export function putAround(target: object, name: string, around: Around): void {
  const former: unknown = Reflect.get(target, name)
  if (!isMethod(former) || isInstrumented(former)) return
  const method = new Proxy(former, {
    apply(called, self: unknown, values: unknown[]) {
      const call = (): unknown => Reflect.apply(called, self, values)
      return typeof self === 'object' && self !== null ? around(self, values, call) : call()
    },
    get: (called, key): unknown => (key === instrumented ? true : Reflect.get(called, key)),
  })
  Reflect.defineProperty(target, name, {
    value: method,
    writable: true,
    configurable: true,
    enumerable: Object.getOwnPropertyDescriptor(target, name)?.enumerable ?? false,
  })
}

/** The same for a function that stands alone: all its properties stay. */
export function around<Called extends (...values: never[]) => unknown>(
  called: Called,
  run: (values: readonly unknown[], call: () => unknown) => unknown,
): Called {
  if (isInstrumented(called)) return called
  return new Proxy(called, {
    apply: (target, self: unknown, values: unknown[]) =>
      run(values, () => Reflect.apply(target, self, values) as unknown),
    get: (target, key): unknown => (key === instrumented ? true : Reflect.get(target, key)),
  })
}
