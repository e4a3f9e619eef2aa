/** Keeps one connection from filling a turn of ours with requests: who sends many without waiting is cut off. */
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Senders wait for an answer before they ask again: one request a turn. */
const maxATurn = 8

export function limitPipelining(server: FastifyInstance): void {
  const seen = new WeakMap<Socket, { turn: object; requests: number }>()
  let turn: object | undefined
  const currentTurn = (): object => {
    if (turn === undefined) {
      turn = {}
      setImmediate(() => {
        turn = undefined
      })
    }
    return turn
  }
  server.addHook('onRequest', ({ raw: { socket } }, reply, done) => {
    const now = currentTurn()
    const last = seen.get(socket)
    const requests = last?.turn === now ? last.requests + 1 : 1
    seen.set(socket, { turn: now, requests })
    if (requests > maxATurn) {
      reply.hijack()
      socket.destroy()
    }
    done()
  })
}
