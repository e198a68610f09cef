import { Agent, request } from 'node:http'
import { greeting } from './greeting.ts'

export interface TrafficOptions {
  readonly url: string
  /** Requests per second. */
  readonly rate: number
  readonly users: number
}

/** Requests so far: all, those that failed, and those that were answered with something wrong. */
export interface LoadStats {
  readonly sent: number
  readonly failed: number
  readonly wrong: number
}

export interface Load {
  readonly stats: () => LoadStats
  close(): void
}

const TICK = 20

/** Starts open-loop load: requests leave on time whether or not the ones before have come back, as users do. */
export function startLoad({ url, rate, users }: TrafficOptions): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 2000 })
  const began = performance.now()
  let sent = 0
  let failed = 0
  let wrong = 0
  const send = (user: number): void => {
    sent += 1
    const name = `user-${user}`
    const going = request(`${url}/?user=${name}`, { agent, timeout: 10_000 }, (response) => {
      const hasFailed = (response.statusCode ?? 500) >= 500
      if (hasFailed) failed += 1
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => {
        if (!hasFailed && text !== greeting(name)) wrong += 1
      })
    })
    going.on('timeout', () => going.destroy())
    going.on('error', () => {
      if (!closed) failed += 1
    })
    going.end()
  }
  let closed = false
  const timer = setInterval(() => {
    const due = Math.min(((performance.now() - began) / 1000) * rate - sent, rate / 5)
    // A stride that shares no factor with the count visits every user once before any twice.
    for (let nth = 0; nth < due; nth += 1) send((sent * 7919) % users)
  }, TICK)
  return {
    stats: () => ({ sent, failed, wrong }),
    close: () => {
      closed = true
      clearInterval(timer)
      agent.destroy()
    },
  }
}
