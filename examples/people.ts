import { randomUUID } from 'node:crypto'
import { type Client, type Frame, createClient, createLive } from '../client/src/index.ts'

/** Somebody who has just signed up, in a workspace of their own unless they were invited into another. */
export interface Person extends Disposable {
  id: string
  email: string
  password: string
  workspaceId: string
  /** Every operation of the API as a function. */
  api: Client
  /** The data of the first live frame, so far or from now on, that fits. Throws when none has come within a minute. */
  hears<Data>(event: string, fits?: (data: Data) => boolean): Promise<Data>
}

export async function signUp(url: string, name: string, invitation?: Invitation): Promise<Person> {
  const email = invitation?.email ?? addressFor(name)
  const password = randomUUID()
  const body = { email, password, name, ...(invitation && { invitation_token: invitation.token }) }
  const { user, token } = await createClient({ url }).register({ body })
  const ears = await listen(url, token)
  return {
    id: user.id,
    email,
    password,
    workspaceId: user.workspace!.id,
    api: createClient({ url, token }),
    hears: (event, fits) => ears.hears(event, fits),
    [Symbol.dispose]: () => ears[Symbol.dispose](),
  }
}

interface Invitation {
  email: string
  token: string
}

/** `name` signs up in the workspace of whoever invites. */
export async function joinTeam(url: string, { api, workspaceId }: Person, name: string): Promise<Person> {
  const body = { email: addressFor(name), role: 'sales_rep' } as const
  return signUp(url, name, await api.createInvitation({ path: { workspaceId }, body }))
}

/** Nobody else's, so that a day can be lived again and again on one server. */
const addressFor = (name: string) => `${name.toLowerCase()}.${randomUUID()}@example.com`

const patienceMs = 60_000

/** The live socket of a user, or with a visitor's token of a visitor; open when this resolves. */
export async function listen(url: string, token: string): Promise<Pick<Person, 'hears'> & Disposable> {
  const live = createLive({ url, token })
  const frames: Frame[] = []
  live.on('*', (_, frame) => frames.push(frame))

  const hears = <Data>(event: string, fits: (data: Data) => boolean = () => true) =>
    new Promise<Data>((resolve, reject) => {
      const look = () => {
        const frame = frames.find((frame) => frame.event === event && fits(frame.data as Data))
        if (frame) end(() => resolve(frame.data as Data))
      }
      const stop = live.on('*', look)
      const late = setTimeout(() => end(() => reject(new Error(`No ${event} was heard.`))), patienceMs)
      const end = (settle: () => void) => {
        stop()
        clearTimeout(late)
        settle()
      }
      look()
    })

  live.send('ping')
  await hears('pong')
  return { hears, [Symbol.dispose]: () => live.close() }
}
