// Decides requests with iam-simulate, one JSON line for each: [result, the context keys that it ignored] or {"error": ...}.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const require = createRequire(`${process.cwd()}/target/differential/node/`)
const { runSimulation, anonymousPrincipal } = require('@cloud-copilot/iam-simulate')

const named = (policies) => policies.map((policy, index) => ({ name: `p${index}`, policy }))
const levels = (all) => (all ?? []).map((policies, index) => ({ orgIdentifier: `l${index}`, policies: named(policies) }))

async function decide(question) {
  const { request } = question
  const simulation = {
    request: {
      principal: request.principal === 'anonymous' ? anonymousPrincipal : request.principal,
      action: request.action,
      resource: { resource: request.resource, accountId: request.account },
      contextVariables: request.context
    },
    identityPolicies: named(question.identity),
    serviceControlPolicies: levels(question.scps),
    resourceControlPolicies: levels(question.rcps)
  }
  if (question.resource) simulation.resourcePolicy = question.resource
  if (question.session) simulation.sessionPolicy = question.session
  if (question.boundary) simulation.permissionBoundaryPolicies = named([question.boundary])
  if (question.endpoint) simulation.vpcEndpointPolicies = named([question.endpoint])
  const answer = await runSimulation(simulation, {})
  if (answer.resultType === 'error') return { error: JSON.stringify(answer.errors) }
  return [answer.overallResult, answer.result?.ignoredContextKeys ?? []]
}

const lines = []
for await (const line of createInterface({ input: process.stdin })) {
  if (!line) continue
  let answer
  try {
    answer = await decide(JSON.parse(line))
  } catch (error) {
    answer = { error: String(error) }
  }
  lines.push(JSON.stringify(answer))
}
process.stdout.write(`${lines.join('\n')}\n`)
