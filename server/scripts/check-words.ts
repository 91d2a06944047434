/**
 * Keeps words out of the project that readers who know the field would not search for, in names, comments, documents and
 * texts: `node server/scripts/check-words.ts [folder…]` prints each place and the word to use, and exits with 1.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

interface Rule {
  /** A regular expression for one line, without regard to case. It also finds the word inside of camelCase names. */
  find: string
  use: string
  /** Folders and files in which the word has its ordinary meaning. */
  allowedIn?: string[]
}

/** Where people listen to audio, they hear it. */
const audio = [
  'voice/',
  'server/src/modules/campaigns/',
  'server/src/modules/telephony/',
  'server/src/demo/',
  'server/src/commands/demo',
  'server/test/campaign',
  'e2e/',
  'bench/',
  'docs/',
  'README.md',
]

const rules: Rule[] = [
  {
    find: '\\b(nobody|somebody|anybody|whoever|whomever|whom)\\b',
    use: 'the subject itself: the user, the caller, no one',
  },
  { find: '\\b(tell|tells|told)\\b(?! apart)', use: 'report, notify, send, publish, return' },
  { find: '\\b(hear|hears|heard)\\b', use: 'receive, subscribe', allowedIn: audio },
  { find: '\\b(anew|in vain|for ever|all the same)\\b', use: 'again, without success, forever, still' },
  { find: '\\b(is|are|was|were) none\\b', use: 'is not a …, there is no …' },
  { find: '(^|[*/.]) ?Answers\\b(?! (are|is|go|come))', use: 'Returns' },
  {
    find: '\\bopeners?\\b(?!-policy)|openerFor',
    use: 'session preamble',
    allowedIn: ['server/src/platform/oauth/', 'server/test/browser.ts'],
  },
  {
    find: '\\b(errands?|travellers?|bereft|deserted|mortal|honesty|penance|manners)\\b',
    use: 'unit of work, waiter, unrunnable, abandoned, killable, invariants',
  },
  { find: '\\blanes?\\b|[a-z]Lanes?\\b', use: 'campaign queue' },
  { find: '\\b(aside|giveBack|giveBacks)\\b', use: 'in the background, release' },
  { find: '\\b(bury|buries|buried|leaveForTheDead)\\b', use: 'reap, remove' },
  { find: '\\bconducts?\\b', use: 'run' },
  { find: 'strangers?\\b', use: 'anonymous user, guest, unknown sender' },
  { find: '\\btwins?\\b', use: 'concurrent duplicate' },
  { find: '\\b(canary|canaries|ghosts?|witness|witnesses|rungs?)\\b', use: 'marker, unknown id, recorder, layer' },
  { find: '\\b(scenes?|openScene)\\b', use: 'fixture' },
  { find: '\\blabs?\\b', use: 'simulation' },
  { find: '\\bworlds?\\b', use: 'fixture' },
  { find: 'attendance', use: 'presence' },
  {
    find: '\\b(meetContact|meetAsOne|meetStranger|alsoWrite|onTimeline)\\b',
    use: 'findOrCreateContact, companionWrite, timelineProjection',
  },
  { find: '\\b(dear|dearer|dearest)\\b', use: 'expensive' },
  { find: "(?<!name: '\\w+)\\.sweep\\b", use: 'a system statement' },
]

/** Applied migrations never change; what is generated follows its source. */
const skipped =
  /^(server\/migrations\/|server\/src\/.*\/migrations\/|docs\/api\/|docs\/openapi\.json|client\/src\/operations\.ts|package-lock\.json|server\/scripts\/check-words\.ts)|recorded.*\.json$/

const folders = process.argv.slice(2)
const files = execFileSync('git', ['ls-files', ...folders], { encoding: 'utf8' })
  .split('\n')
  .filter(
    (file) =>
      /\.(ts|js|md|sh|html|css|yml|yaml|conf|service|sql)$|^\.env\.example$|^README/.test(file) && !skipped.test(file),
  )
const compiled = rules.map((rule) => ({
  ...rule,
  pattern: new RegExp(rule.find, rule.find.startsWith('(^') ? '' : 'i'),
}))

let found = 0
for (const file of files) {
  const text = readFileSync(file, 'utf8')
  for (const [index, line] of text.split('\n').entries())
    for (const { pattern, use, allowedIn = [] } of compiled) {
      const match = pattern.exec(line)
      if (!match || allowedIn.some((folder) => file.startsWith(folder))) continue
      found++
      console.log(`${file}:${index + 1}: “${match[0].trim()}”. Use: ${use}.`)
    }
}
if (found > 0) {
  console.error(`${found} words are not the field's.`)
  process.exitCode = 1
}
