// A web application with one toggle:
//   ROLLOUT_FILE=flags.env PORT=8080 node examples/node/app.mjs
//   curl 'localhost:8080/search?user=ada&country=se'
import { createServer } from 'node:http'
import { openToggles } from 'rolloutctl/sdk'

const toggles = openToggles({
  every: Number(process.env['TOGGLES_EVERY'] ?? 1000),
  onProblem: (message) => console.error(message),
})
const isSearchOn = toggles.bind('FEATURE_SEARCH')

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://app')
  // Which change this replica runs with: a rollout waits until all of them say the same.
  response.setHeader('x-rollout-generation', toggles.generation())
  if (pathname === '/toggles') {
    response.setHeader('content-type', 'application/json')
    return response.end(JSON.stringify(toggles.report()))
  }
  const { user, ...attributes } = Object.fromEntries(searchParams)
  response.end(isSearchOn(user, attributes) ? 'the new search\n' : 'the old search\n')
})

server.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
process.on('SIGTERM', () => {
  toggles.close()
  server.close()
  server.closeAllConnections()
})
