import { startBaresip } from './peers/baresip.ts'
import type { Baresip } from './peers/baresip.ts'
import { startKamailio } from './peers/kamailio.ts'
import type { Kamailio } from './peers/kamailio.ts'
import { startCalledPeople } from './peers/sipp.ts'
import type { CalledPeople, Script } from './peers/sipp.ts'
import { signUp } from './customer.ts'
import type { Customer, Line } from './customer.ts'
import type { DatabaseUrl } from './databases.ts'
import { withScratch } from './scratch.ts'
import { startSwitchboard } from './switchboard.ts'
import type { Switchboard } from './switchboard.ts'

/** A running server with a customer, whose carrier is Kamailio and whose contacts are SIPp's. */
export interface Fixture {
  folder: string
  people: CalledPeople
  carrier: Kamailio
  switchboard: Switchboard
  customer: Customer
  /** The customer's account at the carrier. */
  account: Line
  /** A softphone registered at the carrier under this number. */
  startPhone(number: string, talkPath?: string): Promise<Baresip>
}

export interface FixtureOptions {
  name: string
  databaseUrl: DatabaseUrl
  /** The script of the contacts. A function gets the fixture's folder, for files. */
  script: Script | ((folder: string) => Promise<Script>)
}

/** Runs `play` with a fixture and stops all processes afterwards. Keeps the folder with all logs when `play` fails. */
export async function withFixture(
  { name, databaseUrl, script }: FixtureOptions,
  play: (fixture: Fixture) => Promise<void>,
): Promise<void> {
  await withScratch(name, async (folder) => {
    await using stack = new AsyncDisposableStack()
    const people = stack.use(
      await startCalledPeople({ folder, script: typeof script === 'function' ? await script(folder) : script }),
    )
    const carrier = stack.use(await startKamailio({ folder, pstnPort: people.port }))
    const switchboard = stack.use(await startSwitchboard({ folder, databaseUrl }))
    await play({
      folder,
      people,
      carrier,
      switchboard,
      customer: await signUp(switchboard.url),
      account: { port: carrier.port, username: 'acme', password: carrier.passwordOf('acme') },
      async startPhone(user, talkPath) {
        const password = carrier.passwordOf(user)
        return stack.use(await startBaresip({ folder, registrar: carrier, user, password, talkPath }))
      },
    })
  })
}
