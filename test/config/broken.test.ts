import { describe, expect, it } from 'vitest'
import { changed, loaded, seen } from './plan.ts'

/*
 * What a user sees for one mistake: PLAN (plan.ts) with one text replaced by another, and the whole of what is
 * printed. A message is one line with its place, and one with what to do.
 */
const BROKEN: readonly (readonly [mistake: string, from: string, to: string, printed: string])[] = [
  [
    'a key that is a slip',
    `name: shop`,
    `nmae: shop`,
    `✗ rollout.yaml:2:1 nmae "nmae" is not known here
  did you mean name?
`,
  ],
  [
    'an unknown key, at its own place',
    `requires: [FEATURE_X]`,
    `requires: [FEATURE_X], wner: me`,
    `✗ rollout.yaml:5:55 toggles.FEATURE_Y.wner "wner" is not known here
  did you mean owner?
`,
  ],
  [
    'an unknown key in a step',
    `100%]`,
    `{ to: 100%, hld: 1h }]`,
    `✗ rollout.yaml:15:30 phases.0.steps.1.hld "hld" is not known here
  did you mean hold?
`,
  ],
  [
    'rates instead of counters',
    `use: openmetrics, url: "http://localhost/metrics", ratio: { bad: b, total: t }`,
    `use: prometheus, url: "http://localhost", ratio: { bad: 'sum(rate(errors_total{job="a"}[5m]))', total: 'job:requests:sum' }`,
    `✗ rollout.yaml:9:69 metrics.errors.ratio.bad has sum() in it: counters are read raw, so that the restart of each process is seen
  write errors_total{job="a"}
✗ rollout.yaml:9:116 metrics.errors.ratio.total job:requests:sum is what a recording rule makes of counters: counters are read raw, so that the restart of each process is seen
  write the name of the counters that the rule reads, without sum() or rate()
`,
  ],
  [
    'a histogram that is summed',
    `use: openmetrics, url: "http://localhost/metrics", ratio: { bad: b, total: t }`,
    `use: prometheus, url: "http://localhost", quantile: { of: sum by (le) (d), q: 0.9 }`,
    `✗ rollout.yaml:9:11 metrics.errors the rules of errors are in percent, but it is a time
  critical: "> 2s"
✗ rollout.yaml:9:71 metrics.errors.quantile.of has sum() in it: counters are read raw, so that the restart of each process is seen
  write d
`,
  ],
  [
    'a query with a slip',
    `use: openmetrics, url: "http://localhost/metrics", ratio: { bad: b, total: t }`,
    `use: prometheus, url: "http://localhost", query: sum(errors`,
    `✗ rollout.yaml:9:62 metrics.errors.query is not PromQL at 1:11, and how old its number is cannot be told
  where the server knows more than PromQL: sampledAt: says when the sample was taken
`,
  ],
  [
    'an unknown option of an adapter',
    `path: web.env`,
    `path: web.env, relod: [x]`,
    `✗ rollout.yaml:7:40 targets.web.relod "relod" is not known here
  did you mean reload?
`,
  ],
  [
    'an unknown adapter',
    `use: env-file`,
    `use: env-fil`,
    `✗ rollout.yaml:7:15 targets.web.use there is no adapter "env-fil"
  did you mean env-file?
`,
  ],
  [
    'an adapter far from any',
    `use: openmetrics`,
    `use: zzzzzzzzzzzz`,
    `✗ rollout.yaml:9:18 metrics.errors.use there is no adapter "zzzzzzzzzzzz"
  one of alerts, command, feedback, json, openmetrics, prometheus, or the path of your own: ./mine.mjs
`,
  ],
  [
    'a missing option',
    `use: env-file, path: web.env`,
    `use: env-file`,
    `✗ rollout.yaml:7:3 targets.web.path path is missing
`,
  ],
  [
    'an empty command',
    `use: env-file, path: web.env`,
    `use: command, set: [], get: [cat, web]`,
    `✗ rollout.yaml:7:29 targets.web.set the list is empty
`,
  ],
  [
    'another version',
    `version: 1`,
    `version: 2`,
    `✗ rollout.yaml:1:10 version version: must be 1, not 2
`,
  ],
  [
    'no version',
    `version: 1
`,
    ``,
    `✗ rollout.yaml:1:1 version version is missing
`,
  ],
  [
    'a name that is none',
    `name: shop`,
    `name: My Shop`,
    `✗ rollout.yaml:2:7 name name: use small letters, digits, dot, dash and underscore
`,
  ],
  [
    'a toggle that cannot be a variable',
    `FEATURE_X: {`,
    `9X: {`,
    `✗ rollout.yaml:4:3 toggles.9X "9X" cannot be a name here
  use letters, digits and underscore, and no digit first
`,
  ],
  [
    'a toggle with a name every object has',
    `FEATURE_X: {`,
    `toString: {`,
    `✗ rollout.yaml:4:3 toggles.toString "toString" cannot be a name here
  is a name that every object of the language has already
`,
  ],
  [
    'a list that is text',
    `targets: [web], requires`,
    `targets: web, requires`,
    `✗ rollout.yaml:5:25 toggles.FEATURE_Y.targets targets: must be a list, not text
  write [web]
`,
  ],
  [
    'a toggle that is nothing',
    `FEATURE_X: { targets: [web] }`,
    `FEATURE_X:`,
    `✗ rollout.yaml:4:3 toggles.FEATURE_X FEATURE_X: nothing is written here
`,
  ],
  [
    'a kind that is a slip',
    `targets: [web] }`,
    `targets: [web], kind: releese }`,
    `✗ rollout.yaml:4:38 toggles.FEATURE_X.kind kind: must be one of release, ops, experiment, permission, legacy, not "releese"
  did you mean release?
`,
  ],
  [
    'a default that is neither',
    `targets: [web] }`,
    `targets: [web], default: maybe }`,
    `✗ rollout.yaml:4:41 toggles.FEATURE_X.default "maybe" is neither on nor off
  write on or off
`,
  ],
  [
    'a day the calendar lacks',
    `targets: [web] }`,
    `targets: [web], removeBy: 2027-02-30 }`,
    `✗ rollout.yaml:4:42 toggles.FEATURE_X.removeBy "2027-02-30" is not a date
  write 2027-03-31
`,
  ],
  [
    'a word that is a trap',
    `targets: [web] }`,
    `targets: [web], words: { off: 50% } }`,
    `✗ rollout.yaml:4:46 toggles.FEATURE_X.words.off off: reads as another exposure than 0%
`,
  ],
  [
    'the same word twice',
    `targets: [web] }`,
    `targets: [web], words: { on: x, off: x } }`,
    `✗ rollout.yaml:4:39 toggles.FEATURE_X.words on and off are the same word
`,
  ],
  [
    'no target',
    `targets: [web] }`,
    `targets: [] }`,
    `✗ rollout.yaml:4:25 toggles.FEATURE_X.targets FEATURE_X has no target
  targets: [web]
`,
  ],
  [
    'an unknown target',
    `targets: [web] }`,
    `targets: [wbe] }`,
    `✗ rollout.yaml:4:26 toggles.FEATURE_X.targets.0 "wbe" is not a target
  did you mean web?
`,
  ],
  [
    'a target with the name of a method',
    `targets: [web] }`,
    `targets: [valueOf] }`,
    `✗ rollout.yaml:4:26 toggles.FEATURE_X.targets.0 "valueOf": is a name that every object of the language has already
`,
  ],
  [
    'two toggles on one variable',
    `targets: [web], requires`,
    `targets: [web], variable: FEATURE_X, requires`,
    `✗ rollout.yaml:5:14 toggles.FEATURE_Y FEATURE_Y and FEATURE_X are both written to FEATURE_X on web
  give one of them another variable:
`,
  ],
  [
    'an unknown toggle required',
    `requires: [FEATURE_X]`,
    `requires: [FEATURE_Z]`,
    `✗ rollout.yaml:5:43 toggles.FEATURE_Y.requires.0 "FEATURE_Z" is not a toggle
  did you mean FEATURE_X?
`,
  ],
  [
    'a circle',
    `targets: [web] }`,
    `targets: [web], requires: [FEATURE_Y] }`,
    `✗ rollout.yaml:4:42 toggles.FEATURE_X.requires FEATURE_X requires FEATURE_Y requires FEATURE_X: a circle
`,
  ],
  [
    'a toggle before the one it requires',
    `[FEATURE_X, FEATURE_Y]`,
    `[FEATURE_Y, FEATURE_X]`,
    `✗ rollout.yaml:14:15 phases.0.toggles.0 at step 1 FEATURE_Y is at 10% but FEATURE_X, which it requires, at 0%
  move FEATURE_X first
`,
  ],
  [
    'a bare number as a step',
    `[10%, 100%]`,
    `[10]`,
    `✗ rollout.yaml:15:13 phases.0.steps.0 10 is not an exposure
  write 10% or 0.1% (0 to 100, at most five decimals): a bare number could be either
`,
  ],
  [
    'a step beyond everybody',
    `100%]`,
    `101%]`,
    `✗ rollout.yaml:15:18 phases.0.steps.1 "101%" is not an exposure
  write 10% or 0.1% (0 to 100, at most five decimals): a bare number could be either
`,
  ],
  [
    'a step to nobody',
    `10%,`,
    `0%,`,
    `✗ rollout.yaml:15:13 phases.0.steps.0 a step to 0% goes nowhere
`,
  ],
  [
    'steps that fall',
    `[10%, 100%]`,
    `[50%, 10%]`,
    `✗ rollout.yaml:15:18 phases.0.steps.1 steps must rise: 10% comes after 50%
  a legacy toggle rises too: 25% means it is taken away from 25% of the users
`,
  ],
  [
    'a step twice',
    `[10%, 100%]`,
    `[50%, 50%]`,
    `✗ rollout.yaml:15:18 phases.0.steps.1 steps must rise: 50% comes after 50%
  a legacy toggle rises too: 25% means it is taken away from 25% of the users
`,
  ],
  [
    'no step',
    `[10%, 100%]`,
    `[]`,
    `✗ rollout.yaml:15:12 phases.0.steps steps: the list is empty
`,
  ],
  [
    'a bare number as a hold',
    `metrics: [errors]`,
    `hold: 5`,
    `✗ rollout.yaml:16:11 phases.0.hold 5 is not a duration
  write a unit: 30s, 5m, 2h or 3d (at most 3650d)
`,
  ],
  [
    'a hold of a hundred years',
    `metrics: [errors]`,
    `hold: 36500d`,
    `✗ rollout.yaml:16:11 phases.0.hold "36500d" is not a duration
  write a unit: 30s, 5m, 2h or 3d (at most 3650d)
`,
  ],
  [
    'an interval of nothing',
    `environments:`,
    `interval: 0s
environments:`,
    `✗ rollout.yaml:11:11 interval "0s" is not a duration
  write a unit: 30s, 5m or 2h (10ms to 1d)
`,
  ],
  [
    'an unknown metric',
    `metrics: [errors]`,
    `metrics: [erors]`,
    `✗ rollout.yaml:16:15 phases.0.metrics.0 "erors" is not a metric
  did you mean errors?
`,
  ],
  [
    'a rule without a comparison',
    `"> 5%"`,
    `"5%"`,
    `✗ rollout.yaml:9:103 metrics.errors.critical "5%" is not a rule
  compare with a number: "> 5%", "< 800ms", ">= 3"
`,
  ],
  [
    'a bare number for a ratio',
    `"> 5%"`,
    `"> 5"`,
    `✗ rollout.yaml:9:11 metrics.errors the rules of errors are not in percent, but it is a ratio
  critical: "> 5%"
`,
  ],
  [
    'rules that can both hold',
    `critical: "> 5%"`,
    `critical: "> 5%", success: "< 10%"`,
    `✗ rollout.yaml:9:120 metrics.errors.success success < 10% and critical > 5% can both hold
`,
  ],
  [
    'a warning after the worst',
    `critical: "> 5%"`,
    `critical: "> 5%", warning: "> 10%"`,
    `✗ rollout.yaml:9:120 metrics.errors.warning warning > 10% comes after critical > 5%
`,
  ],
  [
    'rules in different units',
    `critical: "> 5%"`,
    `critical: "> 5%", warning: "> 1s"`,
    `✗ rollout.yaml:9:11 metrics.errors the rules of errors are in different units
  > 1s, > 5%
`,
  ],
  [
    'samples below zero',
    `critical: "> 5%"`,
    `critical: "> 5%", minSamples: -1`,
    `✗ rollout.yaml:9:123 metrics.errors.minSamples minSamples: must be at least 0, not -1
`,
  ],
  [
    'a criterion with neither side',
    `metrics: [errors]`,
    `success: [{ metric: errors, over: 1h }]`,
    `✗ rollout.yaml:16:15 phases.0.success.0 needs either below or above
  { metric: error_rate, below: 1%, over: 24h }
`,
  ],
  [
    'a criterion in another unit',
    `metrics: [errors]`,
    `success: [{ metric: errors, below: "1", over: 1h }]`,
    `✗ rollout.yaml:16:15 phases.0.success.0 < 1 is in another unit than > 5%, a rule of errors
`,
  ],
  [
    'a criterion that is a bare number',
    `metrics: [errors]`,
    `success: [{ metric: errors, below: 1, over: 1h }]`,
    `✗ rollout.yaml:16:40 phases.0.success.0.below 1 is not a threshold
  write 1%, 800ms or "3"
`,
  ],
  [
    'an approval by nobody known',
    `100%]`,
    `{ to: 100%, approval: managrs }]`,
    `✗ rollout.yaml:15:40 phases.0.steps.1.approval "managrs" is not a group of approvers
  did you mean managers?
`,
  ],
  [
    'more approvals than people',
    `100%]`,
    `{ to: 100%, approval: { group: managers, count: 3 } }]`,
    `✗ rollout.yaml:15:40 phases.0.steps.1.approval 3 approvals are needed, but managers has 2 people
`,
  ],
  [
    'more approvals than people who did not start it',
    `100%]`,
    `{ to: 100%, approval: [managers, { group: managrs, by: others }] }]`,
    `✗ rollout.yaml:15:51 phases.0.steps.1.approval.1 "managrs" is not a group of approvers
  did you mean managers?
`,
  ],
  [
    'a rule for approvals that is none',
    `100%]`,
    `{ to: 100%, approval: { group: managers, by: otherz } }]`,
    `✗ rollout.yaml:15:63 phases.0.steps.1.approval.by by: must be "others", not "otherz"
  did you mean others?
`,
  ],
  [
    'an unknown key of an approval, in a list',
    `100%]`,
    `{ to: 100%, approval: [{ group: managers, expire: 1d }] }]`,
    `✗ rollout.yaml:15:60 phases.0.steps.1.approval.0.expire "expire" is not known here
  did you mean expires?
`,
  ],
  [
    'a group that nobody is in',
    `managers: [ana, ben]`,
    `managers: []`,
    `✗ rollout.yaml:10:24 approvers.managers nobody is in managers
  managers: [ana, ben]
`,
  ],
  [
    'signatures of nobody known',
    `100%]`,
    `{ to: 100%, approval: { group: managers, signed: true } }]`,
    `✗ rollout.yaml:15:40 phases.0.steps.1.approval managers must sign, but the plan does not say whose signature counts
  signers: deploy/allowed_signers
`,
  ],
  [
    'signers that are not there',
    `environments:`,
    `signers: deploy/signers
environments:`,
    `✗ rollout.yaml:11:10 signers deploy/signers does not exist
  a line per person and key: ana namespaces="rollout" ssh-ed25519 AAAA…
`,
  ],
  [
    'windows that freezes eat for longer than a year',
    `environments:`,
    `windows: [{ days: Mon, from: "08:00", to: "09:00", zone: UTC }]
freezes: [{ name: merger, from: 2020-01-01, to: 2099-12-31, zone: UTC }]
environments:`,
    `✗ rollout.yaml:11:10 windows no window opens within a year: freezes are in force whenever one would (merger)
`,
  ],
  [
    'a day that begins in no zone known',
    `environments:`,
    `freezes: [{ name: xmas, from: 2026-12-24, to: 2026-12-26, zone: Mars/Base }]
environments:`,
    `✗ rollout.yaml:11:65 freezes.0.zone "Mars/Base" is not a time zone
  an IANA name: Europe/Berlin
`,
  ],
  [
    'part of everybody',
    `targets: [web] }`,
    `targets: [web], exposure: all }`,
    `✗ rollout.yaml:15:13 phases.0.steps.0 FEATURE_X is for everybody or nobody; it has no 10%
  steps: [100%], or exposure: users
`,
  ],
  [
    'a window that never opens',
    `environments:`,
    `windows: [{ days: Mon-Fri, from: "18:00", to: "18:00", zone: Europe/Berlin }]
environments:`,
    `✗ rollout.yaml:11:34 windows.0.from the window never opens: it ends when it begins
  the whole day is from: "00:00", to: "24:00"
`,
  ],
  [
    'days, times and zones that are none',
    `environments:`,
    `windows: [{ days: Moo, from: "9:00", to: "25:00", zone: x }]
environments:`,
    `✗ rollout.yaml:11:19 windows.0.days "Moo" is not days of the week
  write Mon-Fri, or Mon,Wed
✗ rollout.yaml:11:30 windows.0.from "9:00" is not a time of day
  write "09:00"
✗ rollout.yaml:11:42 windows.0.to "25:00" is not a time of day
  write "09:00"
`,
  ],
  [
    'a zone that is none',
    `environments:`,
    `windows: [{ days: Mon, from: "08:00", to: "09:00", zone: Mars/Base }]
environments:`,
    `✗ rollout.yaml:11:58 windows.0.zone "Mars/Base" is not a time zone
  an IANA name: Europe/Berlin
`,
  ],
  [
    'a freeze without an offset',
    `environments:`,
    `freezes: [{ name: xmas, from: 2026-12-24, to: 2026-12-27T00:00:00Z }]
environments:`,
    `✗ rollout.yaml:11:31 freezes.0.from the day 2026-12-24 begins at another time in every zone
  add zone: Europe/Berlin, or write a point in time: 2026-12-24T00:00:00+01:00
`,
  ],
  [
    'a freeze that ends first',
    `environments:`,
    `freezes: [{ name: xmas, from: "2026-12-28T00:00:00Z", to: "2026-12-27T00:00:00Z" }]
environments:`,
    `✗ rollout.yaml:11:31 freezes.0.from the freeze xmas ends before it begins
`,
  ],
  [
    'a critical risk without a contingency',
    `environments:`,
    `risks: { loss: { text: Writes are lost, probability: high, impact: critical } }
environments:`,
    `✗ rollout.yaml:11:16 risks.loss loss is critical (probability high, impact critical) and has no contingency
  contingencies: { immediate: { do: rollback, scope: all } }
`,
  ],
  [
    'a contingency that is a slip',
    `environments:`,
    `risks: { loss: { text: x, probability: low, impact: low, contingency: imediate } }
contingencies: { immediate: { do: rollback, scope: all } }
environments:`,
    `✗ rollout.yaml:11:71 risks.loss.contingency "imediate" is not a contingency
  did you mean immediate?
`,
  ],
  [
    'a probability that is none',
    `environments:`,
    `risks: { loss: { text: x, probability: likely, impact: low } }
environments:`,
    `✗ rollout.yaml:11:40 risks.loss.probability probability: must be one of low, medium, high, not "likely"
`,
  ],
  [
    'bounds of the evidence that are no percentages',
    `metrics: [errors]`,
    `metrics: [errors]
    evidence: { negligible: 0.001, alpha: 50% }
users: { count: 10, errors: 5 }`,
    `✗ rollout.yaml:17:29 phases.0.evidence.negligible 0.001 is not a percentage above 0% and below 50%
  write 1% or 0.1%
✗ rollout.yaml:17:43 phases.0.evidence.alpha "50%" is not a percentage above 0% and below 50%
  write 1% or 0.1%
✗ rollout.yaml:18:29 users.errors 5 is not a percentage above 0% and below 50%
  write 1% or 0.1%
`,
  ],
  [
    'a metric of a risk that is a slip',
    `environments:`,
    `risks: { loss: { text: x, probability: low, impact: low, metrics: [eror] } }
environments:`,
    `✗ rollout.yaml:11:68 risks.loss.metrics.0 "eror" is not a metric
  did you mean errors?
`,
  ],
  [
    'a contingency with a toggle that is a slip',
    `environments:`,
    `contingencies: { partial: { do: rollback, toggles: [FEATURE_Z] } }
environments:`,
    `✗ rollout.yaml:11:53 contingencies.partial.toggles.0 "FEATURE_Z" is not a toggle
  did you mean FEATURE_X?
`,
  ],
  [
    'a contingency that reduces nothing',
    `environments:`,
    `contingencies: { less: { do: reduce, to: 100% } }
environments:`,
    `✗ rollout.yaml:11:42 contingencies.less.to less cannot run: no step goes further than 100%, and it reduces to 100%
  name less than the exposure a phase ends with
`,
  ],
  [
    'a contingency of two scopes',
    `environments:`,
    `contingencies: { both: { do: rollback, scope: all, toggles: [FEATURE_X] } }
environments:`,
    `✗ rollout.yaml:11:24 contingencies.both scope and toggles exclude each other
  give one of them
`,
  ],
  [
    'a contingency that does nothing known',
    `environments:`,
    `contingencies: { off: { do: disable } }
environments:`,
    `✗ rollout.yaml:11:29 contingencies.off.do do: must be one of rollback, reduce, not "disable"
`,
  ],
  [
    'a contingency with a key of another',
    `environments:`,
    `contingencies: { less: { do: rollback, to: 5% } }
environments:`,
    `✗ rollout.yaml:11:24 contingencies.less rollback goes back all the way: to belongs to reduce
  { do: reduce, to: 5% }
`,
  ],
  [
    'a metric whose contingency is a slip',
    `critical: "> 5%"`,
    `critical: "> 5%", contingency: all`,
    `✗ rollout.yaml:9:124 metrics.errors.contingency "all" is not a contingency
  there is none yet
`,
  ],
  [
    'a drill of a contingency that is not there',
    `metrics: [errors]`,
    `drill: imediate`,
    `✗ rollout.yaml:16:12 phases.0.drill "imediate" is not a contingency
  there is none yet
`,
  ],
  [
    'two items of one id',
    `metrics: [errors]`,
    `checklist: [{ id: a, text: x }, { id: a, text: y }]`,
    `✗ rollout.yaml:16:43 phases.0.checklist.1.id there are two items "a"
`,
  ],
  [
    'a target of an environment that is a slip',
    `staging: { hold: 1m }`,
    `staging: { targets: { wbe: { path: staging.env } } }`,
    `✗ rollout.yaml:11:39 environments.staging.targets.wbe "wbe" is not a target
  did you mean web?
`,
  ],
  [
    'a path outside the folder',
    `path: web.env`,
    `path: ../web.env`,
    `✗ rollout.yaml:7:31 targets.web.path "../web.env" lies outside the plan's folder
  allowOutside: true in the target allows it
`,
  ],
  [
    'an absolute path',
    `path: web.env`,
    `path: /etc/environment`,
    `✗ rollout.yaml:7:31 targets.web.path "/etc/environment" lies outside the plan's folder
  allowOutside: true in the target allows it
`,
  ],
  [
    'a variable that is not set',
    `"http://localhost/metrics"`,
    `"http://\${HOST}/metrics"`,
    `✗ rollout.yaml:9:36 metrics.errors.url HOST is not set
  set it, or give a default: \${HOST:-value}
`,
  ],
  [
    'what only begins like a reference',
    `"http://localhost/metrics"`,
    `"http://\${HOST-x}/\${A:-\${B}}"`,
    `✗ rollout.yaml:9:36 metrics.errors.url \${HOST-x} is not a reference
  write \${NAME} or \${NAME:-default}; $\${ stands for \${ itself
✗ rollout.yaml:9:36 metrics.errors.url \${A:-\${B} is not a reference
  write \${NAME} or \${NAME:-default}; $\${ stands for \${ itself
`,
  ],
  [
    'a reference where none is read',
    `metrics: [errors]`,
    `hold: "\${HOLD:-30m}"`,
    `✗ rollout.yaml:16:11 phases.0.hold "\${HOLD:-30m}" is not a duration
  references are read in the options of targets and metrics only
`,
  ],
  [
    'a reference without quotes',
    `path: web.env`,
    `path: \${DIR}/web.env`,
    `✗ rollout.yaml:7:32 a reference between braces or brackets needs quotes
  { url: "\${NAME}" }
`,
  ],
  [
    'a rule without quotes',
    `"> 5%"`,
    `> 5%`,
    `✗ rollout.yaml:9:103 text that begins with > needs quotes
  "> 5%"
`,
  ],
  [
    'a key twice, and another',
    `name: shop`,
    `name: shop
name: other
version: 1`,
    `✗ rollout.yaml:3:1 the same key is written twice
✗ rollout.yaml:4:1 the same key is written twice
`,
  ],
  [
    'a tab',
    `  FEATURE_X: {`,
    `	FEATURE_X: {`,
    `✗ rollout.yaml:4:1 tabs cannot indent YAML
  indent with spaces
`,
  ],
  [
    'an anchor',
    `[web] }`,
    `&t [web] }`,
    `✗ rollout.yaml:4:25 anchors and aliases are not allowed
  repeat the value; text that begins with & or * needs quotes
`,
  ],
  [
    'an alias',
    `[web] }`,
    `*t }`,
    `✗ rollout.yaml:4:25 anchors and aliases are not allowed
  repeat the value; text that begins with & or * needs quotes
`,
  ],
  [
    'a tag',
    `name: shop`,
    `name: !!str shop`,
    `✗ rollout.yaml:2:7 tags are not allowed
  values have the type they look like; text that begins with ! needs quotes
`,
  ],
  [
    'a directive',
    `version: 1`,
    `%YAML 1.1
---
version: 1`,
    `✗ rollout.yaml:1:1 directives are not allowed
  a plan is YAML 1.2
`,
  ],
  [
    'two documents',
    `environments:`,
    `---
environments:`,
    `✗ rollout.yaml:11:1 holds several documents
  a plan is one document: remove the ---
`,
  ],
  [
    'a key that reaches for the prototype',
    `name: shop`,
    `name: shop
__proto__: { owner: eve }`,
    `✗ rollout.yaml:3:1 "__proto__" cannot be a name
`,
  ],
  [
    'the same in disguise',
    `name: shop`,
    `name: shop
"\\x5f_proto__": { owner: eve }`,
    `✗ rollout.yaml:3:1 "__proto__" cannot be a name
`,
  ],
  [
    'a key that is a list',
    `name: shop`,
    `name: shop
? [a, b]
: c`,
    `✗ rollout.yaml:3:3 a key is text, not a list or a map
`,
  ],
  [
    'text that never ends',
    `name: shop`,
    `name: "shop`,
    `✗ rollout.yaml:2:12 Missing closing "quote
`,
  ],
  [
    'control characters',
    `name: shop`,
    `name: "\\e[31mshop"`,
    `✗ rollout.yaml:2:7 name name: use small letters, digits, dot, dash and underscore
`,
  ],
  [
    'a placeholder that does not exist',
    `phases:`,
    `notify: { ops: { use: webhook, url: "https://x", message: "{{text}} by {{who}}" } }
phases:`,
    `✗ rollout.yaml:12:59 notify.ops.message message: {{who}} is not a placeholder here; there is {{text}}, {{title}}, {{event}}, {{rollout}}, {{environment}}, {{phase}}, {{step}}, {{steps}}, {{changes}}, {{about}}, {{actor}}, {{reason}}, {{at}}, {{next}}
`,
  ],
  [
    'an event that does not exist',
    `phases:`,
    `notify: { ops: { use: webhook, url: "https://x", events: [paused, rolledback] } }
phases:`,
    `✗ rollout.yaml:12:67 notify.ops.events.1 "rolledback": must be one of started, replanned, advanced, approval-needed, approved, checked, in-use, drifted, paused, resumed, stepped-back, rolled-back, refused, confirmed, completed, closed, stale, not "rolledback"
  did you mean rolled-back?
`,
  ],
  [
    'an adapter of a channel that is a slip',
    `phases:`,
    `notify: { ops: { use: slak, url: "https://x" } }
phases:`,
    `✗ rollout.yaml:12:23 notify.ops.use there is no adapter "slak"
  did you mean slack?
`,
  ],
  [
    'a channel whose URL, a secret, would go unencrypted',
    `phases:`,
    `notify: { ops: { use: slack, url: "http://hooks.example.com/x" } }
phases:`,
    `✗ rollout.yaml:12:35 notify.ops.url url: would go unencrypted: use https, or a loopback address
`,
  ],
  [
    'a secret of a channel that is not set',
    `phases:`,
    `notify: { ops: { use: slack, url: "\${SLACK_URL}" } }
phases:`,
    `✗ rollout.yaml:12:35 notify.ops.url SLACK_URL is not set
  set it, or give a default: \${SLACK_URL:-value}
`,
  ],
  [
    'an environment that speaks of a channel that is not there',
    `environments: { staging: { hold: 1m } }`,
    `notify: { ops: { use: slack, url: "https://x" } }
environments: { staging: { notify: { opps: { events: [] } } } }`,
    `✗ rollout.yaml:12:38 environments.staging.notify.opps "opps" is not a channel
  did you mean ops?
`,
  ],
  [
    'a phase that is not there',
    `phases:`,
    `phases:
  - phases/none.yaml`,
    `✗ rollout.yaml:13:5 phases.0 phases/none.yaml does not exist
`,
  ],
  [
    'a phase outside the folder',
    `phases:`,
    `phases:
  - ../phase.yaml`,
    `✗ rollout.yaml:13:5 phases.0 ../phase.yaml lies outside the plan's folder
  a phase file stands beside its plan
`,
  ],
  [
    'a phase that is a folder',
    `phases:`,
    `phases:
  - .`,
    `✗ rollout.yaml:13:5 phases.0 . is a directory, not a plan
  name the file itself
`,
  ],
  [
    'no phase',
    `phases:
  - phase: core
    toggles: [FEATURE_X, FEATURE_Y]
    steps: [10%, 100%]
    metrics: [errors]
`,
    `phases: []
`,
    `✗ rollout.yaml:12:9 phases phases: the list is empty
`,
  ],
  [
    'a phase twice',
    `environments: { staging: { hold: 1m } }
phases:`,
    `phases:
  - { phase: core, toggles: [FEATURE_X], steps: [100%], metrics: [errors] }`,
    `✗ rollout.yaml:13:12 phases.1.phase there are two phases "core"
✗ rollout.yaml:14:15 phases.1.toggles.0 FEATURE_X is in phase core already
`,
  ],
]

describe('a broken plan gets one clear error', () => {
  it.each(BROKEN)('%s', async (_, from, to, printed) => {
    expect(await seen(changed([from, to]))).toBe(printed)
  })
})

/** A segment, and lists of the first toggle, on lines 11 and 4. */
const EARLY: readonly (readonly [mistake: string, toggle: string, segment: string, printed: string])[] = [
  [
    'a segment that is a slip',
    'segments: [intrenal]',
    'where: { country: { in: [se] } }',
    `✗ rollout.yaml:4:43 toggles.FEATURE_X.segments.0 "intrenal" is not a segment
  did you mean internal?
`,
  ],
  [
    'a condition that is a slip',
    'segments: [internal]',
    'where: { country: { inn: [se] } }',
    `✗ rollout.yaml:11:35 segments.internal.where.country.inn "inn" is not known here
  did you mean in?
`,
  ],
  [
    'two conditions in one',
    'segments: [internal]',
    'where: { country: { in: [se], equals: no } }',
    `✗ rollout.yaml:11:33 segments.internal.where.country needs exactly one of equals, in, starts, ends or percentage
  country: { in: [se, no] }
`,
  ],
  [
    'a value that would not read the same everywhere',
    'segments: [internal]',
    'where: { company: { equals: "Acme Inc" } }',
    `✗ rollout.yaml:11:43 segments.internal.where.company.equals equals: use only letters of ASCII, digits and . , % + : = @ / _ -
`,
  ],
  [
    'a percentage without its unit',
    'segments: [internal]',
    'where: { organisation: { percentage: 20 } }',
    `✗ rollout.yaml:11:52 segments.internal.where.organisation.percentage 20 is not an exposure
  write 10% or 0.1% (0 to 100, at most five decimals): a bare number could be either
`,
  ],
  [
    'a segment of nobody',
    'segments: [internal]',
    '',
    `✗ rollout.yaml:11:13 segments.internal says nobody
  where:, allow: or deny: says who
`,
  ],
  [
    'an id that is a list',
    'allow: ["ada,eve"]',
    'allow: [ada]',
    `✗ rollout.yaml:4:40 toggles.FEATURE_X.allow.0 "ada,eve": an id in a variable has only letters of ASCII, digits and . % + : = @ / _ -, and no dash first
`,
  ],
  [
    'a file that is not there',
    'allow: { file: betta.txt }',
    'allow: [ada]',
    `✗ rollout.yaml:4:47 toggles.FEATURE_X.allow.file betta.txt does not exist
`,
  ],
  [
    'a file outside the folder',
    'allow: { file: ../beta.txt }',
    'allow: [ada]',
    `✗ rollout.yaml:4:47 toggles.FEATURE_X.allow.file ../beta.txt lies outside the plan's folder
  a list stands beside its plan
`,
  ],
  [
    'an id in a file that cannot be in a variable',
    'allow: { file: beta.txt }',
    'allow: [ada]',
    `✗ beta.txt:2:3 "Świętopełk" cannot be an id in a list
  an id in a variable has only letters of ASCII, digits and . % + : = @ / _ -, and no dash first
`,
  ],
  [
    'lists of a legacy toggle',
    'kind: legacy, allow: [ada]',
    'allow: [ada]',
    `✗ rollout.yaml:4:53 toggles.FEATURE_X.allow FEATURE_X is taken away step by step: nobody gets it early
  remove allow:
✗ rollout.yaml:16:26 phases.0.toggles.1 at step 3 FEATURE_Y is at 10% but FEATURE_X, which it requires, at 0%
  move FEATURE_X first
`,
  ],
  [
    'lists with words that the SDK does not know',
    "words: { on: '1', off: '0' }, deny: [eve]",
    'allow: [ada]',
    `✗ rollout.yaml:4:39 toggles.FEATURE_X.words deny of FEATURE_X are understood by the SDK, and its words 1 and 0 are not
  remove words: (they are then true and false)
`,
  ],
  [
    'a list that no variable can hold',
    'allow: { file: huge.txt }',
    'allow: [ada]',
    `✗ rollout.yaml:4:39 toggles.FEATURE_X.allow the allow list of FEATURE_X has 119999 characters; a variable holds 100000
  a segment with a rule over an attribute, or a file that the application reads: FEATURE_X_USERS_FILE
`,
  ],
  [
    'a file that is far too large',
    'allow: { file: larger.txt }',
    'allow: [ada]',
    `✗ rollout.yaml:4:47 toggles.FEATURE_X.allow.file larger.txt is larger than 128 KB: a variable cannot hold it
  a segment with a rule over an attribute
`,
  ],
]

describe('segments and lists', () => {
  const files = {
    'beta.txt': '# people\n  Świętopełk\nada\n',
    'huge.txt': Array.from({ length: 12_000 }, (_, nth) => `${`id-${nth}`.padEnd(9, 'x')}\n`).join(''),
    'larger.txt': 'x'.repeat(200_000),
  }
  it.each(EARLY)('%s', async (_, toggle, segment, printed) => {
    const plan = changed(
      ['FEATURE_X: { targets: [web] }', `FEATURE_X: { targets: [web], ${toggle} }`],
      ['approvers:', `segments:\n  internal: { ${segment} }\napprovers:`],
    )
    expect(await seen({ ...files, 'rollout.yaml': plan })).toBe(printed)
  })
})

describe('a shadow', () => {
  const metric = 'shadow: { use: openmetrics, url: "http://localhost/metrics", ratio: { bad: b, total: t }, critical: "> 1%" }'
  const withShadow = (shadow: string) => changed(['metrics:', `metrics:\n  ${metric}`], ['    steps:', `    shadow: ${shadow}\n    steps:`])

  it.each([
    [
      '5',
      '✗ rollout.yaml:16:13 phases.0.shadow 5 is not an exposure\n  write 10% or 0.1% (0 to 100, at most five decimals): a bare number could be either\n',
    ],
    ['0%', '✗ rollout.yaml:16:13 phases.0.shadow shadow: 0% compares nothing\n'],
    ['{ share: 5%, hld: 1h }', '✗ rollout.yaml:16:26 phases.0.shadow.hld "hld" is not known here\n  did you mean hold?\n'],
    ['{ hold: 1h }', '✗ rollout.yaml:16:5 phases.0.shadow.share share is missing\n'],
    ['{ share: 5%, metric: shadwo }', '✗ rollout.yaml:16:13 phases.0.shadow "shadwo" is not a metric\n  did you mean shadow?\n'],
  ])('%s', async (shadow, printed) => expect(await seen(withShadow(shadow))).toBe(printed))

  it('is a phase before its phase, with the hold of it unless told', async () => {
    const phases = async (shadow: string) => (await loaded(withShadow(shadow))).plan.phases.map(({ id, steps }) => [id, steps])
    const steps = [10, 100].map((to) => ({ to, hold: 1_800_000 }))
    expect(await phases('5%')).toEqual([
      ['core-shadow', [{ to: 5, hold: 1_800_000 }]],
      ['core', steps],
    ])
    expect(await phases('{ share: 0.1%, hold: 1h, metric: shadow }')).toEqual([
      ['core-shadow', [{ to: 0.1, hold: 3_600_000 }]],
      ['core', steps],
    ])
    const { plan } = await loaded(withShadow('{ share: 5%, hold: 1h }'), { environment: 'staging' })
    expect(plan.phases[0]?.steps).toEqual([{ to: 5, hold: 60_000 }])
  })
})
