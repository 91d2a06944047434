import { chatFrontEnd } from './compat/chat/index.ts'
import { type FrontEnd, compatibilityTables } from './compat/front-end.ts'
import { callingFrontEnd } from './compat/calling/index.ts'
import { salesFrontEnd } from './compat/sales/index.ts'
import { supabaseFrontEnds } from './compat/supabase/index.ts'
import { shopFrontEnd } from './compat/shop/index.ts'
import { receptionistFrontEnd } from './compat/receptionist/index.ts'
import { administration } from './modules/administration/index.ts'
import { billing } from './modules/billing/index.ts'
import { campaigns } from './modules/campaigns/index.ts'
import { chat } from './modules/chat/index.ts'
import { contacts } from './modules/contacts/index.ts'
import { files } from './modules/files/index.ts'
import { identity } from './modules/identity/index.ts'
import { inbox } from './modules/inbox/index.ts'
import { integrations } from './modules/integrations/index.ts'
import { notifications } from './modules/notifications/index.ts'
import { realtime } from './modules/realtime/index.ts'
import { receptionist } from './modules/receptionist/index.ts'
import { sales } from './modules/sales/index.ts'
import { shop } from './modules/shop/index.ts'
import { telephony } from './modules/telephony/index.ts'
import { video } from './modules/video/index.ts'
import { liveEventSchemas } from './platform/events.ts'
import { type Module, compose } from './platform/module.ts'
import type { z } from 'zod'

/** A module imports only from its own layer and from layers before it. */
export const layers: readonly (readonly Module[])[] = [
  // Users and their workspaces.
  [identity],
  // What every other module needs.
  [administration, contacts, files, realtime, billing, notifications, integrations],
  // Channels of communication.
  [inbox, telephony, chat, video],
  // Products.
  [campaigns, receptionist, shop, sales],
]

/** Every module, in the order of dependency. */
export const modules: readonly Module[] = layers.flat()

const composition = compose(modules)

/** The frames that clients may send. */
export const socketCommands = composition.commands

/** The front-ends that were written for another API, and are served under `/compat/`. */
export const frontEnds: readonly FrontEnd[] = [
  chatFrontEnd,
  callingFrontEnd,
  salesFrontEnd,
  receptionistFrontEnd,
  shopFrontEnd,
  ...supabaseFrontEnds,
]

/** The endpoints of all modules, and those of the compatibility APIs in front of them. */
export const routeTables = [...composition.routeTables, ...compatibilityTables(frontEnds, composition.routeTables)]

/** The data of all frames that clients receive, by event. */
export function liveFrames(): Record<string, z.ZodType[]> {
  const facts = Map.groupBy(liveEventSchemas(), ({ event }) => event)
  const ofFacts = [...facts].map(([event, forms]): [string, z.ZodType[]] => [event, forms.map(({ data }) => data)])
  const others = Object.entries(composition.frames).map(([event, data]): [string, z.ZodType[]] => [event, [data]])
  return Object.fromEntries([...ofFacts, ...others].toSorted(([a], [b]) => a.localeCompare(b)))
}
