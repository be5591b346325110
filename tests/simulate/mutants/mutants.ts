/** A fault that is planted: a piece of the product's source, and what stands in its place. */
export interface Mutant {
  readonly name: string;
  /** Below src/. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The gate plants it too. */
  readonly isQuick?: boolean;
}

/** What has to be found, over all parts. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "what is a little late counts as missed",
    file: "timers/misfire.ts",
    find: "export const ON_TIME_MS = 10_000;",
    replace: "export const ON_TIME_MS = 1000;",
  },
  {
    name: "the window is twice as wide",
    file: "timers/misfire.ts",
    find: "due.catchUpWindowMs) return",
    replace: "2 * due.catchUpWindowMs) return",
  },
  {
    name: "what a later one should stand for is dropped",
    file: "timers/misfire.ts",
    find: '? "coalesce" : "fire"',
    replace: '? "drop" : "fire"',
    isQuick: true,
  },
  {
    name: "skip skips nothing",
    file: "timers/misfire.ts",
    find: 'case "skip":\n      return "drop";',
    replace: 'case "skip":\n      return due.nextAt === null ? "fire" : "coalesce";',
  },
  {
    name: "missed_count counts the event itself",
    file: "timers/timer_table.ts",
    find: "missedCount: coalesced,",
    replace: "missedCount: coalesced === 0 ? 0 : coalesced + 1,",
  },
  {
    name: "execution_count stands still",
    file: "timers/timer_table.ts",
    find: "this.#records.set(slot, COUNT, executionCount);",
    replace: "",
  },
  {
    name: "what is planned anew is planned from now",
    file: "sync/rule_book.ts",
    find: "return Math.min(this.#clock.now(), changedAt - this.#skewMs());",
    replace: "return changedAt > 0 ? this.#clock.now() : this.#skewMs();",
    isQuick: true,
  },
  {
    name: "a rule that was edited keeps its old schedule",
    file: "sync/rule_book.ts",
    find: "running.timer.key === timer.key",
    replace: "running.timer.kind === timer.kind",
  },
  {
    name: "a rule that is switched off goes on",
    file: "sync/rule_book.ts",
    find: 'return this.#switchOff(rule, memory, "disabled");',
    replace: "return this.#remember(memory);",
  },
  {
    name: "a deleted rule keeps its timer",
    file: "sync/rule_book.ts",
    find: '    this.#stop(id, ref, "deleted");\n    this.#leave(id);\n    this.#gone(id);\n',
    replace: "",
  },
  {
    name: "an event without its rule alarms nobody",
    file: "delivery/outcomes.ts",
    find: "if (result.ruleGone) this.#options.ports.ruleGone(event);",
    replace: "",
  },
  {
    name: "the rules are read at the start alone",
    file: "sync/reconciler.ts",
    find: "await sleep(this.#clock, this.#intervalMs, signal)",
    replace: "await sleep(this.#clock, 1000 * this.#intervalMs, signal)",
  },
  {
    name: "a process goes on from now",
    file: "timers/resume.ts",
    find: "return { since: checkpoint.at, kind",
    replace: "return { since: now, kind",
    isQuick: true,
  },
  {
    name: "a checkpoint far ahead is taken as it is",
    file: "timers/resume.ts",
    find: "if (aheadMs > ON_TIME_MS)",
    replace: "if (aheadMs > 1000 * ON_TIME_MS)",
  },
  {
    name: "the checkpoint does not wait for what is undelivered",
    file: "daemon/reign.ts",
    find: "delivery.earliestDueAt - 1)",
    replace: "Infinity)",
    isQuick: true,
  },
  {
    name: "a checkpoint is written every minute",
    file: "delivery/checkpointer.ts",
    find: "const PACE_MS = 150;",
    replace: "const PACE_MS = 60_000;",
  },
  {
    name: "nothing is written at the end",
    file: "delivery/checkpointer.ts",
    find: "await Promise.race([last(), late.promise]);",
    replace: "await Promise.race([last, late.promise]);",
  },
  {
    name: "posts go out without the lease",
    file: "daemon/reign.ts",
    find: "tenure.isHeld ? realm.post(event, signal) : Promise.resolve(NOT_HELD)",
    replace: "NOT_HELD.kind ? realm.post(event, signal) : Promise.resolve(NOT_HELD)",
  },
  {
    name: "a lease outlasts its proof",
    file: "broker/lease.ts",
    find: "const LONGEST_MS = 4000;",
    replace: "const LONGEST_MS = 400_000;",
  },
  {
    name: "a lease is held by whoever asks",
    file: "broker/lease.ts",
    find: "{ exclusive: true }",
    replace: "{ exclusive: false }",
  },
  {
    name: "whoever takes over does not wait for those who still hold events",
    file: "daemon/reign.ts",
    find: "if (config.ha) await outbox.untilLeft(over);",
    replace: "if (config.ha) over.throwIfAborted();",
  },
  {
    name: "a message counts as stored before it is confirmed",
    file: "broker/publisher.ts",
    find: "    await promise;\n",
    replace: "    promise.catch(() => {});\n",
  },
  {
    name: "a message that was refused counts as stored",
    file: "broker/publisher.ts",
    find: "if (!error) return resolve();",
    replace: "if (error !== undefined) return resolve();",
  },
  {
    name: "nothing is taken out of the outbox",
    file: "broker/outbox_feed.ts",
    find: "      this.#channel.ack(message);\n",
    replace: "      this.#channel.on.name.concat(String(message.fields.deliveryTag));\n",
  },
  {
    name: "what is taken out is not remembered",
    file: "delivery/finished.ts",
    find: "return this.#takenOut.has(occurrenceId) || this.#maybeThere.has(occurrenceId);",
    replace: "return this.#takenOut.has(occurrenceId) && this.#maybeThere.has(occurrenceId);",
  },
  {
    name: "live events overtake those in the outbox",
    file: "delivery/next_step.ts",
    find: "return lane.stored === 0 && !world.hasInherited;",
    replace: "return lane.stored >= 0 || !world.hasInherited;",
  },
  {
    name: "a rule's events are posted side by side",
    file: "delivery/next_step.ts",
    find: "const mayTry = !lane.isPosting && !lane.isRetrying;",
    replace: "const mayTry = !lane.isRetrying;",
  },
  {
    name: "a failed event makes way at once",
    file: "delivery/outcomes.ts",
    find: "if (!isEnding) this.#fail(attempt, result);",
    replace: "if (!isEnding) this.#advance(attempt);",
    isQuick: true,
  },
  {
    name: "an error of the server is taken for a refusal",
    file: "platform/refusal.ts",
    find: "return status >= 500 ||",
    replace: "return status > 500 ||",
  },
  {
    name: "429 is taken for a refusal",
    file: "platform/refusal.ts",
    find: "new Set([408, 425, 429])",
    replace: "new Set([408, 425])",
  },
  {
    name: "a request that hangs is waited for",
    file: "platform/deadlines.ts",
    find: "clock.alarm(limitMs, this.#abort)",
    replace: "clock.alarm(1000 * limitMs, this.#abort)",
  },
  {
    name: "a proxy's 404 is taken for the platform's",
    file: "platform/api_client.ts",
    find: 'return answer.status === 404 && refusalOf(answer, answer.bearer)?.code === "NOT_FOUND";',
    replace: "return answer.status === 404 && refusalOf(answer, answer.bearer)?.code !== null;",
  },
  {
    name: "the wall clock is looked at once an hour",
    file: "timers/timer_manager.ts",
    find: "const LONGEST_WAIT_MS = 1000;",
    replace: "const LONGEST_WAIT_MS = 3_600_000;",
  },
  {
    name: "what falls due is handed out before its time",
    file: "timers/timer_manager.ts",
    find: "takeDue(this.#clock.now(), BATCH",
    replace: "takeDue(this.#clock.now() + 1000, BATCH",
  },
  {
    name: "two shards share a rule",
    file: "domain/shard.ts",
    find: "return ruleId % count === index - 1;",
    replace: "return ruleId % count <= index - 1;",
  },
];
