/** What an operator is told where something that RabbitMQ had confirmed is gone. */
export const POLICY_ADVICE =
  "Unless somebody deleted it, a policy does such things: let none with message-ttl, expires, " +
  "max-length or dead-letter-exchange match '^sensor' (rabbitmqctl list_policies)";
