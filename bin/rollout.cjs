#!/usr/bin/env node
'use strict'
const { existsSync } = require('node:fs')
const module_ = require('node:module')
const path = require('node:path')

const main = path.join(__dirname, '../dist/main.cjs')
// Node 22 and later keep compiled code between runs.
module_.enableCompileCache?.()
if (existsSync(main)) require(main)
else {
  process.stderr.write('rollout is not built yet: npm install && npm run build\n')
  process.exitCode = 1
}
