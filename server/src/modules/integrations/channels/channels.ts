import type { PlatformName } from '../platforms.ts'
import type { Channel } from './channel.ts'
import { instagram } from './instagram.ts'
import { messenger } from './messenger.ts'
import { telegram } from './telegram.ts'
import { tiktok } from './tiktok.ts'
import { viber } from './viber.ts'
import { whatsapp } from './whatsapp.ts'

export const channels: Record<PlatformName, Channel> = {
  facebook: messenger,
  instagram,
  tiktok,
  telegram,
  viber,
  whatsapp,
}
