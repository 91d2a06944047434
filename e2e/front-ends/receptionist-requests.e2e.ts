import assert from 'node:assert/strict'
import { testOnBothDatabases } from '../databases.ts'
import { withScratch } from '../scratch.ts'
import { startSwitchboard } from '../switchboard.ts'
import { manyFromOneAddress } from './contract.ts'
import { account, signingIn } from './receptionist/requests/account.ts'
import { billing, settings } from './receptionist/requests/business.ts'
import { calls, clients } from './receptionist/requests/calls.ts'
import { onboarding, refusedForSecurity } from './receptionist/requests/components.ts'
import { Page } from './receptionist/requests/page.ts'

// The requests of the receptionist front-end as it sends them, and what it reads from each answer. Its base URL is
// `/compat/receptionist`.
testOnBothDatabases('the requests of the receptionist front-end', (databaseUrl, t) =>
  withScratch('receptionist', async (folder) => {
    await using server = await startSwitchboard({ folder, databaseUrl, settings: manyFromOneAddress })
    const page = new Page(`${server.url}/compat/receptionist/api`)
    await t.test('sign-up, sign-in, sign-out', () => signingIn(page))
    await t.test('the account', () => account(page))
    let clientId = ''
    await t.test('clients', async () => {
      clientId = await clients(page)
    })
    await t.test('calls and analytics', () => calls(page, clientId))
    await t.test('billing', () => billing(page))
    await t.test('settings', () => settings(page))
    await t.test('onboarding, portal, questions', () => onboarding(page, clientId))
    await t.test('what is refused', () => refusedForSecurity(page, clientId))
    await t.test('every function of its API client was called', async () => {
      assert.deepEqual(page.notCalled(), [])
    })
  }),
)
