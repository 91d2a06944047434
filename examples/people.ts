import { randomUUID } from 'node:crypto'
import { type Client, type Frame, createClient, createLive } from '../client/src/index.ts'

/** A user who has just signed up, in a new workspace or in the one of their invitation. */
export interface Person extends Disposable {
  id: string
  email: string
  password: string
  workspaceId: string
  /** Every operation of the API as a function. */
  api: Client
  /** Returns the data of the first live frame that fits, received so far or later. Throws when none arrives within a minute. */
  receives<Data>(event: string, fits?: (data: Data) => boolean): Promise<Data>
}

export async function signUp(url: string, name: string, invitation?: Invitation): Promise<Person> {
  const email = invitation?.email ?? addressFor(name)
  const password = randomUUID()
  const body = { email, password, name, ...(invitation && { invitation_token: invitation.token }) }
  const { user, token } = await createClient({ url }).register({ body })
  const socket = await listen(url, token)
  return {
    id: user.id,
    email,
    password,
    workspaceId: user.workspace!.id,
    api: createClient({ url, token }),
    receives: (event, fits) => socket.receives(event, fits),
    [Symbol.dispose]: () => socket[Symbol.dispose](),
  }
}

interface Invitation {
  email: string
  token: string
}

/** `name` signs up in the workspace of the person who invites them. */
export async function joinTeam(url: string, { api, workspaceId }: Person, name: string): Promise<Person> {
  const body = { email: addressFor(name), role: 'sales_rep' } as const
  return signUp(url, name, await api.createInvitation({ path: { workspaceId }, body }))
}

/** Returns a unique address, so that an example can run repeatedly on one server. */
const addressFor = (name: string) => `${name.toLowerCase()}.${randomUUID()}@example.com`

const patienceMs = 60_000

/** Opens the live socket of a user, or of a visitor with a visitor token. */
export async function listen(url: string, token: string): Promise<Pick<Person, 'receives'> & Disposable> {
  const live = createLive({ url, token })
  const frames: Frame[] = []
  live.on('*', (_, frame) => frames.push(frame))

  const receives = <Data>(event: string, fits: (data: Data) => boolean = () => true) =>
    new Promise<Data>((resolve, reject) => {
      const look = () => {
        const frame = frames.find((frame) => frame.event === event && fits(frame.data as Data))
        if (frame) end(() => resolve(frame.data as Data))
      }
      const stop = live.on('*', look)
      const late = setTimeout(() => end(() => reject(new Error(`No ${event} was received.`))), patienceMs)
      const end = (settle: () => void) => {
        stop()
        clearTimeout(late)
        settle()
      }
      look()
    })

  live.send('ping')
  await receives('pong')
  return { receives, [Symbol.dispose]: () => live.close() }
}
