/** Commits the same growing number into many chunks, again and again, until it is killed. */
import { StateStore } from '../../src/platform/state-store.ts'

const store = StateStore.open(process.argv[2] ?? '')
for (const _ of store.chunks());
for (let number = 1; number < 10_000; number++) {
  store.commit((out) => {
    for (let i = 0; i < 40; i++) out.put(`chunk/${i}`, new TextEncoder().encode(String(number)))
  })
  process.stdout.write('committed\n')
}
