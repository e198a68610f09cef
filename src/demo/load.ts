import { Agent, request } from 'node:http'

export interface TrafficOptions {
  readonly url: string
  /** Requests per second. */
  readonly rate: number
  readonly users: number
}

export interface Load {
  readonly stats: () => { readonly sent: number; readonly failed: number }
  close(): void
}

const TICK = 20

/** Starts open-loop load: requests leave on time whether or not the ones before have come back, as users do. */
export function startLoad({ url, rate, users }: TrafficOptions): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 2000 })
  const began = performance.now()
  let sent = 0
  let failed = 0
  const send = (user: number): void => {
    sent += 1
    const going = request(`${url}/?user=user-${user}`, { agent, timeout: 10_000 }, (response) => {
      if ((response.statusCode ?? 500) >= 500) failed += 1
      response.resume()
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
    stats: () => ({ sent, failed }),
    close: () => {
      closed = true
      clearInterval(timer)
      agent.destroy()
    },
  }
}
