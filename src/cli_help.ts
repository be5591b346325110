import { DEFAULT_COUNT, DEFAULT_TRIGGER, MAX_COUNT } from "./preview.ts";
import { VERSION } from "./version.ts";

/** The name of the program. */
export const NAME = "attune-core-timer-sensor";

/** What `--help` prints. */
export const HELP = `${NAME} ${VERSION}
Posts an event to the Attune API each time a timer rule falls due.

Usage: ${NAME} [command] [options]

Commands:
  run        run the sensor; this is what it does without a command
  check      tell whether the sensor could do its work, and how to mend what is wrong
  preview    tell when a rule would fire, without a platform; see preview --help
  version    print the version
  help       print this, or with the name of a command its options

Options of run and check:
  --stdin-config   read the configuration as one JSON object from standard input
                   instead of the environment

Options of check:
  --json           print one line of JSON instead of a report for people

Required in the environment: ATTUNE_API_URL, ATTUNE_API_TOKEN (or ATTUNE_API_TOKEN_FILE),
ATTUNE_SENSOR_REF and ATTUNE_MQ_URL. The README lists the other variables.

Exit codes: 0 stopped as asked, 1 unexpected, 2 usage or configuration, 3 the Attune API was not
reachable at start, 4 RabbitMQ was not reachable at start, 5 the token expired or was refused.
check tells the first part that has a problem by the same, and by 6 rules, 7 exchange and queues,
8 clock.
`;

/** What `preview --help` prints. */
export const PREVIEW_HELP = `Usage: ${NAME} preview [options] <trigger_params>
       ${NAME} preview --batch

Tells in words what a rule's schedule is, when it next falls due, and what its author may not have
thought of. Needs no platform, no configuration and no permission.

<trigger_params> is the rule's JSON object; - reads it from standard input.

Options:
  --trigger REF     the rule's trigger (default ${DEFAULT_TRIGGER})
  --count N         how many occurrences, 1 to ${MAX_COUNT} (default ${DEFAULT_COUNT})
  --after INSTANT   those after this instant, such as 2026-03-01T09:00:00Z (default now)
  --created INSTANT when the rule was created: intervals count from there (default now)
  --timezone TZ     show local times in this zone (default the rule's)
  --json            print one line of JSON instead, as --batch does
  --batch           answer each line of standard input with a line. In: {"trigger_params": {...}}
                    with optional trigger_ref, created, after (default created, else now), count
                    and rule_id. Out: {"occurrences": [...], "description": "...",
                    "warnings": [...]}, with fires_at where jitter_seconds and rule_id put
                    occurrences off, or {"error": "..."}

Exit codes: 0, also where lines of a batch had errors; 2 if the rule would be refused or the command
line is wrong.

Examples:
  ${NAME} preview '{"expression": "30 9 * * 1-5", "timezone": "Europe/Berlin"}'
  ${NAME} preview --count 3 --json '{"interval": 90, "unit": "minutes"}'
`;
