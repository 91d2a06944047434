import { forms } from './shop/forms.ts'
import { conversations, messages } from './shop/inbox.ts'
import { items, stockHistory } from './shop/items.ts'
import { formSubmissions } from './shop/orders.ts'
import { paymentMethods } from './shop/payment-methods.ts'
import { shops } from './shop/shops.ts'
import { teamMembers } from './shop/team.ts'
import { type TableView } from './table.ts'

export const shopTables: readonly TableView[] = [
  shops,
  teamMembers,
  items,
  stockHistory,
  forms,
  formSubmissions,
  paymentMethods,
  conversations,
  messages,
]
