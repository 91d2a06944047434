import type { Ctx } from '../../../platform/context.ts'
import { credentialsOf, notConfigured } from '../../integrations/index.ts'
import { manual } from './manual.ts'
import { paypal } from './paypal/paypal.ts'
import type { PaymentProvider } from './provider.ts'
import type { ProviderName } from './schema.ts'
import { stripe } from './stripe/stripe.ts'

/** Returns a provider. Throws 409 `not_configured` when neither the workspace nor the installation has an account with it. */
export async function providerFor(ctx: Ctx, name: ProviderName): Promise<PaymentProvider> {
  switch (name) {
    case 'manual':
      return manual
    case 'stripe': {
      const account = await credentialsOf(ctx, 'stripe')
      if (!account) throw notConfigured('Stripe')
      return stripe(ctx.services, account.secretKey)
    }
    case 'paypal': {
      const account = await credentialsOf(ctx, 'paypal')
      if (!account) throw notConfigured('PayPal')
      return paypal(ctx.services, account)
    }
  }
}

/** Returns the provider for a card: the configured one of Stripe and PayPal, otherwise `manual`. */
export async function defaultProvider(ctx: Ctx): Promise<ProviderName> {
  if (await credentialsOf(ctx, 'stripe')) return 'stripe'
  return (await credentialsOf(ctx, 'paypal')) ? 'paypal' : 'manual'
}
