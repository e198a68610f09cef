#!/usr/bin/env node
'use strict'
const { existsSync } = require('node:fs')
const module_ = require('node:module')
const path = require('node:path')

const dist = path.join(__dirname, '../dist')
const main = path.join(dist, 'main.cjs')
// What is compiled is kept here, as whoever may write it makes the program do what he likes.
const cache = path.join(__dirname, '../node_modules/.cache/rollout')
// Half of these threads look names up, and one that no server answers for keeps its thread for half a minute. Of the usual four
// two such names held up every other target.
process.env.UV_THREADPOOL_SIZE ??= '64'
const [word, ...more] = process.argv.slice(2)
// Needs no program.
if (more.length === 0 && (word === '--version' || word === '-V')) process.stdout.write(`${require('../package.json').version}\n`)
else if (existsSync(main)) load()
else {
  process.stderr.write('rollout is not built yet: npm install && npm run build\n')
  process.exitCode = 1
}

function load() {
  try {
    if (module_.enableCompileCache) module_.enableCompileCache(cache)
    else require('./compile-cache.cjs').enableCompileCache(dist, path.join(cache, /^[a-z]+$/.test(word ?? '') ? word : 'other'))
    require(main)
  } catch (error) {
    // 69: as for everything that is needed and not there.
    process.exitCode = 69
    process.stderr.write(`✗ rollout cannot be loaded: ${error.message.split('\n')[0]}\n  npm install puts back what is missing\n`)
  }
}
