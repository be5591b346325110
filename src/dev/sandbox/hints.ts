/** What can be tried in another terminal, to be pasted: what it is for, and the commands. */
export function hints(apiUrl: string, adminToken: string): readonly string[] {
  const auth = `-H "Authorization: Bearer $ADMIN_TOKEN"`;
  const json = `-H 'Content-Type: application/json'`;
  const account = JSON.stringify({
    name: "sensor:core.timer",
    scope: "sensor",
    description: "Timer sensor for interval-based triggers",
    ttl_hours: 72,
    metadata: { trigger_types: ["core.timer"] },
  });
  const rule = JSON.stringify({
    ref: "sandbox.mine",
    pack_ref: "sandbox",
    label: "Mine",
    action_ref: "core.echo",
    trigger_ref: "core.timer",
    trigger_params: { type: "interval", interval: 5, unit: "seconds" },
  });
  return [
    `  export ATTUNE_API_URL='${apiUrl}'`,
    `  export ADMIN_TOKEN='${adminToken}'`,
    "",
    "  # a service account, with a token for another sensor",
    `  curl -s -X POST "$ATTUNE_API_URL/service-accounts" ${auth} ${json} -d '${account}'`,
    "",
    "  # a rule of your own",
    `  curl -s -X POST "$ATTUNE_API_URL/api/v1/rules" ${auth} ${json} -d '${rule}'`,
    "",
    "  # the latest events",
    `  curl -s "$ATTUNE_API_URL/api/v1/events?per_page=5" ${auth}`,
  ];
}
