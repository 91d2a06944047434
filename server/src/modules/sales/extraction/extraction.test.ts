import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseBudget } from './budget.ts'
import { parseTimeline } from './buying-timeline.ts'
import { type Listing, type Criteria, suggest } from './matching.ts'
import { gatherNeeds } from './needs.ts'
import { type ProspectFacts, gradeOf, partNames, qualify } from '../qualification/qualification.ts'
import { reasonsFor } from '../routing/routing.ts'

test('a budget is parsed from text', () => {
  const examples: [string, number | null, number | null, string | null][] = [
    ['AED 2-3M', 2e6, 3e6, 'AED'],
    ['500k', null, 5e5, null],
    ['under $1.2 million', null, 1.2e6, 'USD'],
    ['between 800,000 and 1M EUR', 8e5, 1e6, 'EUR'],
    ['€300.000', null, 3e5, 'EUR'],
    ['1 500 000 AED', null, 1.5e6, 'AED'],
    ['1.5m+', 1.5e6, null, null],
    ['at least 2 crore INR', 2e7, null, 'INR'],
    ['around 1M', 9e5, 1.1e6, null],
    ['500-750k', 5e5, 7.5e5, null],
    ['2500000', null, 2.5e6, null],
    ['AED 2.2-2.6M', 2.2e6, 2.6e6, 'AED'],
    ['3M to 2M dirhams', 2e6, 3e6, 'AED'],
    ['500-1.5M', 500, 1.5e6, null],
  ]
  for (const [text, min, max, currency] of examples) assert.deepEqual(parseBudget(text), { min, max, currency }, text)
  for (const nothing of ['', 'flexible', 'whatever it takes', '0', '3 bedrooms for 2M or 4M', '9'.repeat(40)]) {
    assert.equal(parseBudget(nothing), null, nothing)
  }
})

test('for any text, the bounds of a budget are valid prices with min <= max', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[ $€0-9.,kmb+~<-]{0,30}$/)), (text) => {
      const budget = parseBudget(text)
      if (budget === null) return
      const { min, max } = budget
      assert.ok(min !== null || max !== null)
      for (const bound of [min, max])
        assert.ok(bound === null || (Number.isFinite(bound) && bound > 0 && bound <= 1.1e12))
      assert.ok(min === null || max === null || min <= max)
    }),
  )
})

test('a formatted range is parsed back, with any unit', () => {
  const unit = fc.constantFrom<[string, number]>(['k', 1e3], ['K', 1e3], ['M', 1e6], [' million', 1e6], ['', 1])
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 899 }),
      fc.integer({ min: 0, max: 100 }),
      unit,
      (from, more, [written, factor]) => {
        const to = from + more
        assert.deepEqual(parseBudget(`AED ${from}-${to}${written}`), {
          min: from * factor,
          max: to * factor,
          currency: 'AED',
        })
      },
    ),
  )
})

test('all common thousands separators are accepted', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1000, max: 999_999_999 }),
      fc.constantFrom(',', '.', ' ', "'"),
      (amount, separator) => {
        const written = amount.toLocaleString('en').replaceAll(',', separator)
        assert.equal(parseBudget(written)?.max, amount, written)
      },
    ),
  )
})

test('a timeline is parsed to days', () => {
  const examples: [string, number | null][] = [
    ['within 3 months', 90],
    ['3-6 months', 180],
    ['ASAP', 0],
    ['immediately', 0],
    ['next week', 14],
    ['this quarter', 90],
    ['in two weeks', 14],
    ['a year', 365],
    ['half a year', 183],
    ['a couple of months', 60],
    ['1.5 years', 548],
    ['someday', null],
    ['just looking', null],
    ['', null],
    ['900 years', null],
  ]
  for (const [text, days] of examples) assert.equal(parseTimeline(text), days, text)
  fc.assert(
    fc.property(fc.string(), (text) => {
      const days = parseTimeline(text)
      assert.ok(days === null || (Number.isInteger(days) && days >= 0))
    }),
  )
})

const nothingKnown: ProspectFacts = {
  budget: null,
  budgetText: null,
  timelineDays: null,
  timelineText: null,
  isDecisionMaker: null,
  reachableBy: [],
  city: null,
  bedrooms: null,
  propertyType: null,
  features: [],
  interests: 0,
  conversations: 0,
  messages: 0,
  lastSentiment: null,
  upcomingAppointments: 0,
  attendedAppointments: 0,
  missedAppointments: 0,
}

test('an unknown prospect scores 0, and a prospect who is ready to buy is hot', () => {
  assert.equal(qualify(nothingKnown).total, 0)
  const ready = qualify({
    ...nothingKnown,
    budget: { min: 2e6, max: 3e6, currency: 'AED' },
    budgetText: 'AED 2-3M',
    timelineDays: 14,
    timelineText: 'two weeks',
    isDecisionMaker: true,
    reachableBy: ['phone'],
    city: 'Dubai',
    bedrooms: 3,
    propertyType: 'villa',
    features: ['pool'],
    interests: 1,
    attendedAppointments: 1,
    upcomingAppointments: 1,
    conversations: 2,
  })
  assert.equal(ready.total, 100)
  assert.equal(gradeOf(ready.total), 'hot')
  assert.match(ready.parts.budget.reason, /AED 2-3M/)
})

const someFacts: fc.Arbitrary<ProspectFacts> = fc.record({
  budget: fc.option(fc.record({ min: fc.option(fc.nat()), max: fc.option(fc.nat()), currency: fc.constant(null) })),
  budgetText: fc.option(fc.string()),
  timelineDays: fc.option(fc.nat(20_000)),
  timelineText: fc.option(fc.string()),
  isDecisionMaker: fc.option(fc.boolean()),
  reachableBy: fc.subarray(['phone', 'email']),
  city: fc.option(fc.string()),
  bedrooms: fc.option(fc.nat(10)),
  propertyType: fc.option(fc.constant('villa')),
  features: fc.array(fc.string()),
  interests: fc.nat(5),
  conversations: fc.nat(50),
  messages: fc.nat(500),
  lastSentiment: fc.option(fc.constantFrom('positive' as const, 'neutral' as const, 'negative' as const)),
  upcomingAppointments: fc.nat(3),
  attendedAppointments: fc.nat(3),
  missedAppointments: fc.nat(9),
})

test('every part is within its bounds and has a reason, and the total is their sum', () => {
  fc.assert(
    fc.property(someFacts, (facts) => {
      const { total, parts } = qualify(facts)
      for (const name of partNames) {
        assert.ok(parts[name].score >= 0 && parts[name].score <= parts[name].max, name)
        assert.ok(parts[name].reason.length > 0, name)
      }
      assert.equal(
        partNames.reduce((sum, name) => sum + parts[name].max, 0),
        100,
      )
      assert.equal(
        total,
        partNames.reduce((sum, name) => sum + parts[name].score, 0),
      )
    }),
  )
})

test('a missed appointment never raises the score', () => {
  fc.assert(
    fc.property(someFacts, (facts) => {
      const missed = { ...facts, missedAppointments: facts.missedAppointments + 1 }
      assert.ok(qualify(missed).total <= qualify(facts).total)
    }),
  )
})

const villa: Listing = {
  id: '1',
  name: 'Palm 12',
  city: 'Dubai',
  price_from: 2.4e6,
  price_to: 2.4e6,
  currency: 'AED',
  bedrooms: 3,
  type: 'villa',
  status: 'available',
  features: ['Pool', 'garden'],
}
const criteria: Criteria = {
  city: 'dubai',
  budget: { min: 2e6, max: 3e6, currency: 'AED' },
  bedrooms: 3,
  type: 'villa',
  features: ['pool'],
  propertyIds: [],
}

test('a property is suggested with the criteria it matches as reasons', () => {
  const [best] = suggest(criteria, [{ ...villa, id: '2', bedrooms: 4, type: 'apartment', features: [] }, villa])
  assert.deepEqual(best, {
    property_id: '1',
    name: 'Palm 12',
    reasons: ['In Dubai', 'Within the budget', '3 bedrooms', 'Is a villa', 'Has Pool'],
  })
})

test('sold, too expensive and unrelated properties are not suggested', () => {
  const offers = [
    { ...villa, status: 'sold' },
    { ...villa, status: 'reserved' },
    { ...villa, price_from: 3.4e6, price_to: 3.4e6 },
    { ...villa, city: 'Oslo', price_from: null, price_to: null, bedrooms: null, type: null, features: [] },
  ]
  assert.deepEqual(suggest(criteria, offers), [])
  const asked = suggest({ ...criteria, propertyIds: ['1'] }, [{ ...villa, price_from: 9e6, price_to: 9e6 }])
  assert.deepEqual(asked[0]?.reasons.slice(0, 3), ['They asked about it', 'In Dubai', 'Above the budget'])
  const elsewhere = { ...villa, city: 'Paris' }
  assert.deepEqual(suggest(criteria, [elsewhere]), [], 'a property in another city is excluded')
  assert.equal(suggest({ ...criteria, propertyIds: ['1'] }, [elsewhere]).length, 1)
  assert.equal(suggest(criteria, [{ ...villa, city: 'Dubai Marina' }])[0]?.reasons[0], 'In Dubai Marina')
  const inEuros = suggest({ ...criteria, budget: { min: null, max: 1, currency: 'EUR' } }, [villa])
  assert.ok(
    !inEuros[0]?.reasons.some((reason) => reason.includes('budget')),
    'budgets in another currency are not compared',
  )
})

test('needs come from the record first, then from entities, then from the properties asked about', () => {
  const needs = gatherNeeds(
    { city: null, budget: 'flexible', timeline: null },
    [
      { type: 'Location', value: 'Abu Dhabi' },
      { type: 'budget', value: 'AED 1.5M' },
      { type: 'beds', value: '2 bedrooms' },
      { type: 'feature', value: 'sea view, Gym' },
      { type: 'decision_maker', value: 'with his wife' },
    ],
    [{ id: 'p', city: 'Dubai', bedrooms: 4, type: 'penthouse', features: ['gym'] }],
  )
  assert.equal(needs.city, 'Abu Dhabi')
  assert.equal(needs.budgetText, 'flexible')
  assert.equal(needs.budget?.max, 1.5e6)
  assert.equal(needs.bedrooms, 2)
  assert.equal(needs.type, 'penthouse')
  assert.deepEqual(
    needs.features.map((feature) => feature.toLowerCase()),
    ['sea view', 'gym'],
  )
  assert.equal(needs.isDecisionMaker, false)
})

test('a routing rule matches when all its conditions match, and returns the reasons', () => {
  const lead = {
    city: 'Dubai',
    channel: 'whatsapp',
    language: 'en',
    priority: null,
    budget: { min: null, max: 2.5e6, currency: 'AED' },
    propertyType: 'villa',
    timelineDays: 20,
  }
  assert.deepEqual(reasonsFor({}, lead), [])
  assert.deepEqual(reasonsFor({ city: ['dubai', 'Sharjah'], budget_min: 2e6, currency: 'AED' }, lead), [
    'city is Dubai',
    'budget is at least 2,000,000',
  ])
  assert.equal(reasonsFor({ city: ['Sharjah'] }, lead), null)
  assert.equal(reasonsFor({ priority: ['high'] }, lead), null, 'a prospect has no priority')
  assert.equal(reasonsFor({ budget_max: 2e6 }, lead), null)
  assert.equal(reasonsFor({ budget_min: 1, currency: 'EUR' }, lead), null, 'another currency cannot be compared')
  assert.equal(reasonsFor({ budget_min: 1 }, { ...lead, budget: null }), null)
})

test('a list of conditions has to hold as a whole', () => {
  const lead = {
    city: 'Dubai Marina',
    channel: 'phone',
    language: null,
    priority: null,
    budget: { min: 2e6, max: 3e6, currency: 'SAR' },
    propertyType: 'Villa',
    timelineDays: 90,
  }
  const holds = (
    field: 'city' | 'budget' | 'propertyType' | 'language' | 'urgency',
    operator: 'equals' | 'contains' | 'greaterThan' | 'lessThan',
    value: string,
  ) => reasonsFor({ all: [{ field, operator, value }] }, lead) !== null
  assert.deepEqual(
    reasonsFor(
      {
        all: [
          { field: 'city', operator: 'contains', value: 'dubai' },
          { field: 'budget', operator: 'greaterThan', value: '2.5M' },
        ],
      },
      lead,
    ),
    ['city contains dubai', 'budget is more than 2.5M'],
  )
  const expected: [Parameters<typeof holds>, boolean][] = [
    [['city', 'equals', 'Dubai'], false],
    [['propertyType', 'equals', 'villa'], true],
    [['language', 'equals', 'en'], false],
    [['budget', 'greaterThan', '3000000'], false],
    [['budget', 'lessThan', 'SAR 2.5M'], true],
    [['budget', 'lessThan', '2M'], false],
    [['budget', 'equals', '2.2M'], true],
    [['budget', 'greaterThan', 'EUR 1M'], false],
    [['urgency', 'equals', 'medium'], true],
    [['urgency', 'greaterThan', 'low'], true],
    [['urgency', 'greaterThan', 'medium'], false],
    [['urgency', 'lessThan', 'high'], true],
    [['city', 'greaterThan', '5'], false],
  ]
  for (const [condition, does] of expected) assert.equal(holds(...condition), does, condition.join(' '))
  assert.equal(
    reasonsFor({ all: [{ field: 'urgency', operator: 'equals', value: 'low' }] }, { ...lead, priority: 'low' }) !==
      null,
    true,
    'the priority of a handoff is its urgency',
  )
})
