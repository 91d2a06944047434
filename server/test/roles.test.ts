import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routeTables } from '../src/modules.ts'
import { type Role, roles, type Scope, scopes } from '../src/platform/access.ts'
import { bodyIn, operationsOf, pathIn, queryIn } from './operations.ts'
import { type SignedUp, startTestServer } from './server.ts'
import { createFixture, type Fixture } from './fixture.ts'

// Every operation as every role: the table in access.ts decides, and all others are refused.

const server = await startTestServer()
const fixture = await createFixture(server)
// Things that are not there: who is let in meets 404 and changes nothing. Only the workspace is real, for one that is
// not theirs would be 404 for every caller.
const unknownIdsIn = ({ workspaceId }: SignedUp): Fixture => ({
  ...fixture,
  ids: {
    ...Object.fromEntries(Object.keys(fixture.ids).map((kind) => [kind, '0199ffff-ffff-7fff-bfff-ffffffffffff'])),
    workspaces: workspaceId,
    shops: workspaceId,
  },
})
// Each of these ends the workspace, so it has one of its own.
const endings = new Set(['deleteShop', 'deleteWorkspace', 'leaveWorkspace'])
async function membersOf(owner: SignedUp): Promise<Map<Role, SignedUp>> {
  const members = new Map<Role, SignedUp>()
  for (const role of roles) members.set(role, role === 'owner' ? owner : await server.addMember(owner, role))
  return members
}
const allMembers = await membersOf(fixture.owner)

const operations = operationsOf(routeTables).filter(({ route }) => !route.hidden)

for (const { id, name, route } of operations) {
  const { access } = route
  if (access === 'public' || access === 'user') continue
  test(`${id} (${access})`, async () => {
    const owner = endings.has(name) ? await server.signUp() : fixture.owner
    const members = owner === fixture.owner ? allMembers : await membersOf(owner)
    const ids = unknownIdsIn(owner)
    const allowed: readonly Role[] = access === 'admin' ? [] : scopes[access as Scope]
    // Those who are refused first: what an owner does may be the end of it.
    for (const role of roles.toSorted((a, b) => Number(allowed.includes(a)) - Number(allowed.includes(b)))) {
      const member = members.get(role) as SignedUp
      const answer = await member.request(route.method, pathIn(ids, route) + queryIn(ids, route), bodyIn(ids, route))
      if (allowed.includes(role)) {
        assert.notEqual(answer.status, 401, `${role}: ${answer.text}`)
        assert.ok(answer.status < 500, `${role}: ${answer.status} ${answer.text}`)
        assert.ok(
          answer.body?.code !== 'forbidden' || /own records|owner/.test(answer.text),
          `${role} is refused: ${answer.text}`,
        )
      } else {
        assert.equal(answer.status, 403, `${role} gets in: ${answer.status} ${answer.text}`)
      }
    }
    const anonymous = await server.anyone.request(
      route.method,
      pathIn(ids, route) + queryIn(ids, route),
      bodyIn(ids, route),
    )
    assert.equal(anonymous.status, 401, anonymous.text)
  })
}
