import type { FormField } from '../../../platform/oauth/pages.ts'
import type { BotPlatformName } from '../platforms.ts'

/** The fields of the form for connecting with a token; `code` is the token. */
export const tokenFields: Record<BotPlatformName, FormField[]> = {
  telegram: [
    { name: 'code', label: 'The token of your bot, from @BotFather (https://t.me/BotFather)', isSecret: true },
  ],
  viber: [{ name: 'code', label: 'The token of your bot, from partners.viber.com', isSecret: true }],
  whatsapp: [
    { name: 'code', label: 'The token of a system user, from business.facebook.com', isSecret: true },
    { name: 'phoneNumberId', label: 'Phone number ID' },
    { name: 'businessAccountId', label: 'WhatsApp Business account ID' },
  ],
}
